using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tessar.Web.Endpoints;
using Tessar.Web.Hosting;

namespace Tessar.Web;

/// <summary>Serves the workbench, its pages and the read API, on the loopback address.</summary>
/// <remarks>
/// Reads the runs folder anew for each request, writes nothing, never loads libtorch and asks no other machine anything.
/// Requests that name another host or come from another origin are refused.
/// </remarks>
/// <example><code>
/// await using WorkbenchServer server = await WorkbenchServer.StartAsync(new WorkbenchOptions { RunsDirectory = "runs" });
/// Console.WriteLine(server.Url);
/// await server.WaitForShutdownAsync(cancellation);
/// </code></example>
public sealed class WorkbenchServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private WorkbenchServer(WebApplication application)
    {
        this.application = application;
        IServerAddressesFeature addresses = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        Url = new Uri(addresses.Addresses.Single());
    }

    /// <summary>Where the first page is: <c>http://127.0.0.1:7150/</c>.</summary>
    public Uri Url { get; }

    /// <summary>Starts serving.</summary>
    /// <param name="options">Settings; all defaults when null.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <returns>The running server; the caller disposes of it.</returns>
    /// <exception cref="ArgumentException">The port isn't in [0, 65535], or the runs directory is empty.</exception>
    /// <exception cref="TessarException">The port is in use, may not be opened, or the pages are missing beside the program.</exception>
    public static async Task<WorkbenchServer> StartAsync(WorkbenchOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new WorkbenchOptions();
        if (string.IsNullOrWhiteSpace(options.RunsDirectory))
            throw new ArgumentException("The runs directory is empty. Give the folder that holds the runs.", nameof(options));
        if (options.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The port {options.Port} doesn't exist. Choose one from 1 to 65535, or 0 for any free one."),
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
    public Task WaitForShutdownAsync(CancellationToken cancellation = default) => application.WaitForShutdownAsync(cancellation);

    /// <summary>Stops serving; requests under way get two seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync().ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(WorkbenchOptions options)
    {
        // The empty builder reads no configuration: neither files nor variables of the environment can open another address.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        Compression.Add(builder.Services);

        WebApplication built = builder.Build();
        built.Use(LoopbackGuard.CheckAsync);
        built.Use(SecurityHeaders.AddAsync);
        built.UseResponseCompression();
        built.Use(Problems.CatchAsync);
        Pages.Map(built, Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        built.UseRouting();
        Api.Map(built, options);
        return built;
    }

    private static TessarException? CannotListen(WorkbenchOptions options, Exception error)
    {
        string port = options.Port.ToString(CultureInfo.InvariantCulture);
        string remedy = $"Choose another with `{options.CommandName} serve --port {(options.Port == 0 ? WorkbenchOptions.DefaultPort : 0)}`"
            + (options.Port == 0 ? "." : " (0 takes any free one), or end the program that uses it.");
        return error switch
        {
            IOException { InnerException: AddressInUseException } =>
                new TessarException($"The port {port} of 127.0.0.1 is in use. {remedy}", ErrorKind.Environment, error),
            System.Net.Sockets.SocketException or IOException =>
                new TessarException($"The port {port} of 127.0.0.1 can't be opened: {error.Message.TrimEnd('.')}. {remedy}", ErrorKind.Environment, error),
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
