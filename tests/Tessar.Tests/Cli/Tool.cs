using System.Globalization;
using System.Text.Json;
using Tessar.Cli.Commands;
using Tessar.Runs;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>The `tessar` program in an empty folder of its own.</summary>
/// <remarks>
/// Calls run within this process unless <see cref="IsProcess"/> says otherwise: a start costs more than most commands. What is
/// about processes, such as signals, streams, exit codes and aborts, wants a process.
/// </remarks>
internal sealed class Tool : IDisposable
{
    private static readonly string _program = Path.Combine(AppContext.BaseDirectory, "Tessar.Cli.dll");

    private readonly TemporaryFolder _folder;
    private readonly bool _isFolderShared;

    public Tool() => _folder = new TemporaryFolder();

    private Tool(Tool other) =>
        (_folder, _isFolderShared, Environment, IsProcess) = (other._folder, true, other.Environment, true);

    /// <summary>The working folder of every call.</summary>
    public string Folder => _folder.Path;

    /// <summary>Environment variables of every call; null removes one.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal)
    {
        ["NO_COLOR"] = null,
        ["TESSAR_COMMAND"] = null,
        ["TESSAR_RUNS"] = null,
        ["DOTNET_gcServer"] = "0",
    };

    /// <summary>Each call is a process of its own, as a user has it.</summary>
    public bool IsProcess { get; init; }

    /// <summary>The same folder and variables, with each call a process of its own.</summary>
    public Tool AsProcess => new(this);

    public string File(string name) => _folder.File(name);

    /// <summary>Starts a process, whatever <see cref="IsProcess"/> says.</summary>
    public ChildProcess Start(params string[] arguments) =>
        ChildProcess.StartProgram("dotnet", [_program, .. arguments], Environment, Folder);

    public ChildResult Run(params string[] arguments)
    {
        if (!IsProcess)
            return HostedCommandLine.Run(arguments, Environment, Folder);
        using ChildProcess child = Start(arguments);
        return child.WaitForEnd();
    }

    /// <summary>Starts a training that doesn't end by itself and returns when it has logged its first steps.</summary>
    public ChildProcess StartEndlessTraining(string name)
    {
        ChildProcess training = Start(
            "train", "--model", "cnn", "--data", "fashion-mnist-mini", "--epochs", "1000", "--test", "test:0-9", "--name", name,
            "--quiet");
        string metrics = File($"runs/{name}/metrics.arrows");
        Assert.True(
            SpinWait.SpinUntil(() => MetricReader.Read(metrics).Count > 0, TimeSpan.FromMinutes(1)),
            "The training logged nothing within a minute.");
        return training;
    }

    /// <summary>Sends a process a signal, such as INT for Ctrl-C.</summary>
    public static void Send(string signal, ChildProcess process)
    {
        using ChildProcess kill = ChildProcess.StartProgram(
            "kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(0, kill.WaitForEnd().ExitCode);
    }

    /// <summary>Runs a command that has to succeed and returns its only JSON object.</summary>
    public JsonElement Json(params string[] arguments)
    {
        ChildResult result = Run([.. arguments, "--json"]);
        Assert.True(result.ExitCode == 0, $"`tessar {string.Join(' ', arguments)}` ended with {result.ExitCode}: {result.Error}");
        return Parse(result.Output);
    }

    /// <summary>Runs a command that has to fail with a code and one line on standard error, which is returned.</summary>
    public string Fails(int code, params string[] arguments)
    {
        ChildResult result = Run(arguments);
        Assert.True(
            result.ExitCode == code,
            $"`tessar {string.Join(' ', arguments)}` ended with {result.ExitCode}, not {code}: {result.Error}");
        Assert.Equal(string.Empty, result.Output);
        string line = Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        return line;
    }

    public void Dispose()
    {
        if (!_isFolderShared)
            _folder.Dispose();
    }

    private static JsonElement Parse(string output)
    {
        using JsonDocument document = JsonDocument.Parse(output); // refuses anything after the object
        JsonElement root = document.RootElement.Clone();
        Assert.Equal(JsonValueKind.Object, root.ValueKind);
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        return root;
    }
}
