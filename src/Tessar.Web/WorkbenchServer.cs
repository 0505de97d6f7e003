using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Web.Hosting;
using Tessar.Web.Jobs;
using Tessar.Web.Lenses;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web;

/// <summary>Serves the workbench, its pages and its API, on the loopback address.</summary>
/// <remarks>
/// Reads the runs folder anew for each request, writes nothing, never loads libtorch and asks no other machine anything; what a
/// page asks to be computed, another process computes: <see cref="WorkbenchOptions.JobProgram"/>. Requests that name another
/// host or come from another origin are refused; one that changes something has to show the token that only the page is given.
/// </remarks>
/// <example><code>
/// using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));      // or whatever ends your program
/// var options = new WorkbenchOptions { RunsDirectory = "runs", Port = 0 };     // 0: any free port
/// await using WorkbenchServer server = await WorkbenchServer.StartAsync(options);
/// Console.WriteLine(server.Url);
/// await server.WaitForShutdownAsync(stop.Token);
/// </code></example>
public sealed class WorkbenchServer : IAsyncDisposable
{
    private const int LargestBody = 64 * 1024;

    private readonly WebApplication _application;

    private WorkbenchServer(WebApplication application)
    {
        _application = application;
        IServerAddressesFeature addresses =
            application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        Url = new Uri(addresses.Addresses.Single());
    }

    /// <summary>Where the first page is: <c>http://127.0.0.1:7150/</c>.</summary>
    public Uri Url { get; }

    /// <summary>Starts serving.</summary>
    /// <param name="options">Settings; all defaults when null.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <returns>The running server; the caller disposes of it.</returns>
    /// <exception cref="ArgumentException">
    /// The port isn't in [0, 65535], the runs directory is empty, or no job may run.
    /// </exception>
    /// <exception cref="TessarException">
    /// The port is in use, may not be opened, or the pages are missing beside the program.
    /// </exception>
    public static async Task<WorkbenchServer> StartAsync(
        WorkbenchOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new WorkbenchOptions();
        if (string.IsNullOrWhiteSpace(options.RunsDirectory))
            throw new ArgumentException("The runs directory is empty. Give the folder that holds the runs.", nameof(options));
        if (options.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The port {options.Port} doesn't exist. Choose one from 1 to 65535, or 0 for any free one."),
                nameof(options));
        }

        if (options.JobsAtOnce < 1)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{options.JobsAtOnce} jobs at once would never compute anything. Allow 1 or more."),
                nameof(options));
        }

        WebApplication built = Build(options with { RunsDirectory = Path.GetFullPath(options.RunsDirectory) });
        try
        {
            await built.StartAsync(cancellation).ConfigureAwait(false);
            return new WorkbenchServer(built);
        }
        catch (Exception error)
        {
            await built.DisposeAsync().ConfigureAwait(false);
            if (CannotListen(options, error) is { } reason)
                throw reason;
            throw;
        }
    }

    /// <summary>Waits until the server is stopped or the token is cancelled; then it has stopped.</summary>
    /// <param name="cancellation">Cancelled, for instance, by Ctrl-C; this isn't an error.</param>
    public Task WaitForShutdownAsync(CancellationToken cancellation = default) => _application.WaitForShutdownAsync(cancellation);

    /// <summary>Stops serving and ends all jobs; requests under way get half a second.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(WorkbenchOptions options)
    {
        // The empty builder reads no configuration: neither files nor variables of the environment can open another address.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection => BareAnswers.WatchAsync(connection, next));
            });
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>();
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = TimeSpan.FromSeconds(0.5);
            host.ServicesStopConcurrently = true;
        });
        AddServices(builder.Services, options);
        Compression.Add(builder.Services);

        WebApplication built = builder.Build();
        built.Use(SecurityHeaders.AddAsync);
        built.UseResponseCompression();
        built.Use(Problems.CatchAsync);
        built.Use(LoopbackGuard.CheckAsync);
        Pages.Map(built, Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        built.UseRouting();
        Api.Map(built, options.Assemblies);
        return built;
    }

    private static void AddServices(IServiceCollection services, WorkbenchOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<RunsFolder>();
        services.AddSingleton<MetricCache>();
        services.AddSingleton<BlockingWork>();
        services.AddSingleton<PageToken>();
        services.AddSingleton<JobQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<JobQueue>());
        MethodCatalog methods = options.Methods ?? new MethodCatalog(typeof(Trak).Assembly);
        services.AddSingleton(provider =>
            new LensCatalog(methods, provider.GetRequiredService<RunsFolder>(), options.Assemblies, provider));
    }

    private static TessarException? CannotListen(WorkbenchOptions options, Exception error)
    {
        string port = options.Port.ToString(CultureInfo.InvariantCulture);
        string remedy =
            $"Choose another with `{options.CommandName} serve --port {(options.Port == 0 ? WorkbenchOptions.DefaultPort : 0)}`"
            + (options.Port == 0 ? "." : " (0 takes any free one), or end the program that uses it.");
        return error switch
        {
            IOException { InnerException: AddressInUseException } =>
                new TessarException($"The port {port} of 127.0.0.1 is in use. {remedy}", ErrorKind.Environment, error),
            System.Net.Sockets.SocketException or IOException =>
                new TessarException(
                    $"The port {port} of 127.0.0.1 can't be opened: {error.Message.TrimEnd('.')}. {remedy}",
                    ErrorKind.Environment, error),
            _ => null,
        };
    }

    /// <summary>Leaves signals such as Ctrl-C to the program that started the server.</summary>
    private sealed class CallerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
