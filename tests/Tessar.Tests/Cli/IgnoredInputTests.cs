using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessar.Cli.Commands;
using Tessar.Cli.Parsing;
using Tessar.Tensors;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>Nothing that a user gives is ignored: it is used, or it is an error that says so.</summary>
public sealed partial class IgnoredInputTests(SmallRunFixture runs) : IDisposable
{
    private readonly Tool _tool = new();

    /// <summary>Calls in which an option of the table of conditions means nothing.</summary>
    public static TheoryData<string, string> Calls => new()
    {
        { "attribute --force", "attribute x --targets test:0 --force" },
        { "attribute --raw-cells", "attribute x --targets test:0 --raw-cells" },
        { "brittleness --draws", "evaluate brittleness x --bisect --draws 3" },
        { "compare --patch-class", "compare x y --patch-class Bag" },
        { "compare --set compare.delta", "compare x y --set compare.delta=1" },
        { "compare --set compare.epsilon", "compare x y --set compare.epsilon=1" },
        { "lds --seeds", "evaluate lds x --same-trajectory --seeds 2" },
        { "lds --set lds.tuning-share", "evaluate lds x --set lds.tuning-share=0.2" },
        { "show --count", "examples show fashion-mnist-mini --count 5" },
        { "show --force", "examples show fashion-mnist-mini --force" },
        { "transfer --seeds", "transfer x --target y.tess --removed 0 --seeds 2" },
    };

    public void Dispose() => _tool.Dispose();

    [Theory]
    [MemberData(nameof(Calls))]
    public void An_option_without_effect_is_refused_before_anything_is_opened(string condition, string call)
    {
        (int code, string error) = Run(call.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(
            $"`{condition[(condition.IndexOf(' ', StringComparison.Ordinal) + 1)..]}` has no effect ", error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_condition_of_the_command_table_is_tried_above()
    {
        string[] declared = [.. CommandTable.Root().AllCommands.SelectMany(command =>
            command.Conditions.Select(condition => $"{command.Name} {condition.Name}"))];
        Assert.Equal(declared.Order(StringComparer.Ordinal), Calls.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Seed_and_threads_are_refused_by_every_command_that_has_no_use_for_them()
    {
        List<string> refusing = [];
        foreach (TessarCommand command in CommandTable.Root().AllCommands)
        {
            foreach ((string option, GlobalUse use) in new[] { ("--seed", GlobalUse.Seed), ("--threads", GlobalUse.Threads) })
            {
                if (!command.Ignored.HasFlag(use))
                    continue;
                (int code, string error) = Run([.. command.Examples[0].Line.Split(" > ")[0].Split(' '), option, "1"]);
                Assert.True(code == 2, $"{command.Name} {option}: {error}");
                Assert.Contains($"`{option}` has no effect on `{command.Name}`; leave it out.", error, StringComparison.Ordinal);
                refusing.Add($"{command.Name} {option}");
            }
        }

        Assert.Equal(
            (string[])[
                "completion --seed", "completion --threads", "export --seed", "export --threads", "import --seed",
                "import --seed",
                "import --threads", "methods --seed", "methods --threads", "predict --seed", "runs --seed", "runs --threads",
                "serve --seed", "serve --threads", "show --seed", "show --seed", "show --threads", "show --threads",
                "verify --seed", "verify --threads"
            ],
            refusing.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("`--seed` can't be given with --resume", "train", "--resume", "x", "--seed", "2")]
    [InlineData("`--threads` can't be given with --resume", "train", "--resume", "x", "--threads", "2")]
    [InlineData("`--epochs` can't be given with --resume", "train", "--resume", "x", "--epochs", "2")]
    [InlineData("`--set` can't be given with --resume", "train", "--resume", "x", "--set", "clip-norm=1")]
    [InlineData("`--seed` can't be given to replay", "replay", "x", "--seed", "2")]
    [InlineData(
        "`--threads` has no effect on `retrain`", "retrain", "--model", "mlp", "--data", "fashion-mnist-mini", "--threads", "2")]
    [InlineData(
        "has no effect without `--label-errors`", "train", "--model", "mlp", "--data", "fashion-mnist-mini", "--set",
        "label-errors.seed=3")]
    [InlineData(
        "`--lr` is `1e-400`; required is a number", "train", "--model", "mlp", "--data", "fashion-mnist-mini", "--lr", "1e-400")]
    [InlineData(
        "`--lr` is `1e400`; required is a number", "train", "--model", "mlp", "--data", "fashion-mnist-mini", "--lr", "1e400")]
    [InlineData("`--mean` is `1e-60`; required is finite numbers", "import", "--weights", "w", "--mean", "1e-60")]
    [InlineData("damping is `1e-400`; allowed", "attribute", "x", "--targets", "test:0", "--set", "damping=1e-400")]
    [InlineData("`--fill` is `1e-400`", "examples", "import", "x", "--out", "x.tess", "--fill", "1e-400")]
    public void What_contradicts_a_call_or_is_no_number_is_refused(string words, params string[] arguments)
    {
        (int code, string error) = Run(arguments);
        Assert.Equal(2, code);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    // A variable that a script forgot to set: every argument and every option of every command.
    [Fact]
    public void An_empty_word_is_refused_wherever_a_text_is_required()
    {
        foreach (TessarCommand command in CommandTable.Root().AllCommands)
        {
            string[] path = command.Parents.OfType<Command>().First() is TessarRoot
                ? [command.Name]
                : [command.Parents.OfType<Command>().First().Name, command.Name];
            string[] required = [.. command.Options.Where(option => option.Required)
                .SelectMany(option => new[] { option.Name, "x" })];
            for (int i = 0; i < command.Arguments.Count; i++)
            {
                (int code, string error) = Run([
                    .. path,
                    .. command.Arguments.Select((_, j) => i == j ? string.Empty : "x"),
                    .. required
                ]);
                Assert.True(
                    code == 2 && error.StartsWith($"{command.Arguments[i].Name} is ``; required is ", StringComparison.Ordinal),
                    $"{command.Name}: {code} {error}");
            }

            foreach (Option<string> option in command.Options.OfType<Option<string>>())
            {
                string[] others = [.. command.Options.Where(other => other.Required && other != option)
                    .SelectMany(other => new[] { other.Name, "x" })];
                (int code, string error) = Run([
                    .. path,
                    .. command.Arguments.Select(_ => "x"),
                    .. others,
                    option.Name,
                    string.Empty
                ]);
                Assert.True(
                    code == 2 && error.Contains($"`{option.Name}` is ``; required is ", StringComparison.Ordinal),
                    $"{command.Name} {option.Name}: {code} {error}");
            }
        }
    }

    [Fact]
    public void Settings_of_another_optimizer_schedule_or_augmentation_are_refused()
    {
        string[] train = [
            "train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-9", "--test", "test:0-9",
            "--epochs", "1", "--quiet"
        ];
        foreach (string[] settings in (string[][])[
            ["--optimizer", "sgd", "--set", "optimizer.rho=0.1"], ["--schedule", "constant", "--set", "schedule.floor=0.1"],
            ["--set", "augment.translate.pad=3"]])
            _tool.Fails(2, [.. train, .. settings]);
        Assert.False(Directory.Exists(_tool.File("runs/logistic-fashion-mnist-mini-1")));
    }

    [Theory]
    [InlineData("TESSAR_TRAIN__EPOCH", " Did you mean `TESSAR_TRAIN__EPOCHS`?")]
    [InlineData("TESSAR_RUN", " Did you mean `TESSAR_RUNS`?")]
    [InlineData("TESSAR_NOSUCH", "")]
    public void Variables_that_nothing_reads_are_refused(string name, string hint)
    {
        _tool.Environment[name] = "3";
        Assert.Equal(
            $"The environment variable {name} is set, but nothing reads it.{hint} Correct its name, or unset it.",
            _tool.Fails(2, "runs"));
    }

    [Fact]
    public void Variables_for_other_commands_and_for_scripts_are_fine()
    {
        foreach (string name in (string[])[
            "TESSAR_TRAIN__EPOCHS", "TESSAR_CHROMIUM", "TESSAR_COMMAND", "TESSAR_ROOT", "TESSAR_THREADS"
        ])
            _tool.Environment[name] = "3";
        Assert.Equal(0, _tool.Run("runs").ExitCode);
    }

    // Whoever reads a new one adds it to the table, from which the documentation is made.
    [Fact]
    public void Every_variable_that_the_sources_read_is_known()
    {
        string[] known = [
            .. EnvironmentVariables.Others.Keys,
            .. CommandTable.Root().AllSettings.Select(setting => setting.EnvironmentVariable)
        ];
        string[] read = [.. ((string[])["src", "bench", "samples"])
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .SelectMany(File.ReadLines).SelectMany(line => Variable().Matches(line)).Select(match => match.Groups["name"].Value)
            .Distinct(StringComparer.Ordinal)];
        Assert.Contains("TESSAR_DATA", read);
        Assert.Empty(read.Except(known, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(
        "{ \"methods\": { \"data/trka\": { \"damping\": 1 } } }",
        "`methods.data/trka.damping` names no method. Did you mean `data/trak`?")]
    [InlineData(
        "{ \"methods\": { \"data/trak\": { \"dampin\": 1 } } }",
        "`methods.data/trak.dampin` isn't an option of data/trak. Did you mean `damping`?")]
    public void Options_of_methods_in_tessar_json_are_known_or_refused_by_every_command(string json, string words)
    {
        File.WriteAllText(_tool.File("tessar.json"), json);
        Assert.Contains(words, _tool.Fails(2, "runs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Tessar_json_may_begin_with_a_byte_order_mark()
    {
        File.WriteAllText(
            _tool.File("tessar.json"), "{ \"runs\": \"elsewhere\" }",
            new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(0xEF, File.ReadAllBytes(_tool.File("tessar.json"))[0]);
        Assert.Equal(_tool.File("elsewhere"), _tool.Json("runs").GetProperty("folder").GetString());
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        foreach (string name in (string[])["pipe", "tessar.json"])
        {
            using ChildProcess make = ChildProcess.StartProgram("mkfifo", [_tool.File(name)]);
            Assert.Equal(0, make.WaitForEnd().ExitCode);
        }

        Assert.Contains("tessar.json` is a named pipe", _tool.Fails(3, "runs"), StringComparison.Ordinal);
        File.Delete(_tool.File("tessar.json"));
        string[] logistic = ["--model", "logistic", "--data", "fashion-mnist-mini", "--quiet"];
        Assert.Contains(
            "is a named pipe", _tool.Fails(3, ["import", "--weights", "pipe", .. logistic]), StringComparison.Ordinal);
        Assert.Contains("is a named pipe", _tool.Fails(3, ["train", "--mask", "pipe:0", .. logistic]), StringComparison.Ordinal);
        Assert.Contains("is a named pipe", _tool.Fails(3, ["retrain", "--masks", "pipe", .. logistic]), StringComparison.Ordinal);
        Assert.Contains("is a named pipe", _tool.Fails(3, "examples", "show", "pipe"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_seed_reaches_methods_that_draw_and_its_results_are_kept_apart()
    {
        float[] Scores(string seed) => ScoresOf(runs.Tool.Json(
            "attribute", "small", "--method", "data/influence-lissa", "--train", "train:0-49", "--targets", "test:0-1", "--set",
            "depth=20", "--set", "lissa-batch=5", "--set", "damping=1",
            "--seed", seed));
        float[] one = Scores("1"), two = Scores("2");
        Assert.NotEqual(one, two);
        Assert.Equal(one, Scores("1"));
    }

    private static float[] ScoresOf(JsonElement result)
    {
        using var arrays = SafetensorsFile.Open(result.GetProperty("scores").GetString()!);
        return arrays.ReadSingles("scores");
    }

    [GeneratedRegex("\"(?<name>TESSAR_[A-Z][A-Z_]*[A-Z])\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Variable();

    private static (int Code, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int code = CommandLine.Run(CommandTable.Root(), arguments, output, errors);
        return (code, errors.ToString());
    }
}
