using System.CommandLine;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Training.Retraining;
using Tessar.Web;

namespace Tessar.Cli.Commands;

/// <summary>Serves the workbench until Ctrl-C.</summary>
internal sealed class ServeCommand : TessarCommand
{
    private readonly Setting<int> _port;
    private readonly Option<bool> _noOpen;

    public ServeCommand()
        : base("serve", "Serves the workbench on 127.0.0.1 until Ctrl-C", CommandTable.StartHere)
    {
        _port = Add(Setting.Int32(
            "serve.port", "--port", "N", "Port; 0 takes any free one", WorkbenchOptions.DefaultPort, 0, 65535));
        _noOpen = Add(new Option<bool>("--no-open") { Description = "Don't open the browser" });
        AddExample("serve", "The runs in ./runs, in the browser");
        AddExample("serve --port 0 --no-open --json", "On a free port, its address as JSON");
    }

    public override Type Result => typeof(ServeJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        Serve(call, OptionsOf(call, call.Value(_port)), url =>
        {
            call.Print(new ServeJson { Url = url.ToString(), Runs = call.Runs }, JsonOutput.Printing.ServeJson, console =>
                console.Profile.Out.Writer.WriteLine($"The workbench is at {url} (runs in {call.Runs}). Ctrl-C ends it."));
            if (!call.Value(_noOpen))
                OpenBrowser(call, url);
        });
        return ExitCode.Success;
    }

    /// <summary>What the workbench is to show, and the program that computes for it: this one.</summary>
    public static WorkbenchOptions OptionsOf(Invocation call, int port)
    {
        WorkerCommand self = WorkerCommand.OfThisTool();
        return new WorkbenchOptions
        {
            RunsDirectory = call.Runs,
            Port = port,
            CommandName = CommandLine.ProgramName,
            Methods = call.Known.Catalog,
            JobProgram = new JobProgram(self.Program, [.. self.Arguments.SkipLast(1)]),
        };
    }

    /// <summary>Serves until Ctrl-C; <paramref name="started"/> is told the address of the first page.</summary>
    public static void Serve(Invocation call, WorkbenchOptions options, Action<Uri> started)
    {
        RunAsync().GetAwaiter().GetResult();

        async Task RunAsync()
        {
            WorkbenchServer server = await WorkbenchServer.StartAsync(options, call.Cancellation).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                started(server.Url);
                await server.WaitForShutdownAsync(call.Cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Shows a page in the browser; where there is none, a remark takes its place.</summary>
    public static void OpenBrowser(Invocation call, Uri page)
    {
        if (Browser.Open(page) is { } reason)
            call.Remark($"The browser didn't open ({reason}). Open {page} yourself.");
    }
}
