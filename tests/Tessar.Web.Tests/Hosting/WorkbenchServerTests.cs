using System.Net;
using System.Net.Sockets;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Hosting;

public sealed class WorkbenchServerTests(SharedWorkbench shared)
{
    [Fact]
    public void Server_listens_on_the_loopback_address_only()
    {
        Assert.Equal("127.0.0.1", shared.Workbench.Url.Host);
        using var other = new TcpClient();
        // 127.0.0.2 is this machine too; a server on any other address than 127.0.0.1 would answer there.
        Assert.ThrowsAny<SocketException>(() => other.Connect(IPAddress.Parse("127.0.0.2"), shared.Workbench.Url.Port));
    }

    [Fact]
    public async Task Occupied_port_is_named_with_the_way_out()
    {
        var options = new WorkbenchOptions { RunsDirectory = shared.Workbench.Runs, Port = shared.Workbench.Url.Port };

        TessarException error = await Assert.ThrowsAsync<TessarException>(
            () => WorkbenchServer.StartAsync(options, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorKind.Environment, error.Kind);
        Assert.Equal(
            $"The port {options.Port} of 127.0.0.1 is in use. Choose another with `tessar serve --port 0` (0 takes any free "
                + $"one), or end the program that uses it.",
            error.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public async Task Port_that_does_not_exist_is_refused(int port)
    {
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            () => WorkbenchServer.StartAsync(new WorkbenchOptions { Port = port }, TestContext.Current.CancellationToken));

        Assert.Contains(
            port.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_ends_when_the_token_is_canceled_and_the_port_is_free_again()
    {
        WorkbenchServer server = await WorkbenchServer.StartAsync(
            new WorkbenchOptions { RunsDirectory = shared.Workbench.Runs, Port = 0 }, TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        Task waiting = server.WaitForShutdownAsync(stop.Token);
        Assert.False(waiting.IsCompleted);

        await stop.CancelAsync();
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await server.DisposeAsync();

        using var again = new TcpListener(IPAddress.Loopback, server.Url.Port);
        again.Start();
    }
}
