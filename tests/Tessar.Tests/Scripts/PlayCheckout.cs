using Tessar.Tests.Processes;

namespace Tessar.Tests.Scripts;

/// <summary>
/// A checkout in which `./test` and `./tessar` run as they are, over a program `dotnet` that only plays a build, which leaves a
/// server behind for a while, and test programs, which say of each class what its line of the constructor's `classes` says.
/// </summary>
internal sealed class PlayCheckout : IDisposable
{
    // Says which class of which program ends how, obeys filters of classes, and writes xunit's report with one second for each
    // test.
    private const string Dotnet = """
        #!/usr/bin/env bash
        echo "$*" >>"$PLAY/calls"
        if [[ $1 == build ]]; then
            [[ -e $PLAY/server ]] || { : >"$PLAY/server"; { sleep 30; rm "$PLAY/server"; } </dev/null &>/dev/null & }
            exit
        fi
        name=$(basename -- "$1" .dll) only=() without=() option='' report='' folder=.
        for word in "${@:2}"; do
            case $option:$word in
                *:--*) option=$word ;;
                --filter-class:*) only+=("${word//\*/}") ;;
                --filter-not-class:*) without+=("$word") ;;
                --report-xunit-xml-filename:*) report=$word ;;
                --results-directory:*) folder=$word ;;
                --xunit-list:*)
                    awk -v p="$name." 'index($1, p) == 1 { print $1 }' "$PLAY/classes"
                    printf '\nTest run summary: Zero tests ran\n  total: 0\n'
                    [[ $* == *"--ignore-exit-code 8"* ]] && exit 0 || exit 8
                    ;;
            esac
        done
        [[ " $* " == *" --filter-class "* && ${#only[@]} == 0 ]] && exit 5
        passed=0 failed=0 skipped=0 second=0 xml=
        while read -r class outcome; do
            [[ $class == "$name".* ]] || continue
            chosen=$((${#only[@]} == 0))
            for one in "${only[@]}"; do [[ $class == *"$one"* ]] && chosen=1; done
            for one in "${without[@]}"; do [[ $class == "$one" ]] && chosen=0; done
            ((chosen)) || continue
            echo "$class $OMP_NUM_THREADS $TESSAR_THREADS" >>"$PLAY/ran"
            case $outcome in
                passes) echo "passed $class.Test (1ms)"; ((++passed)) ;;
                fails) printf 'failed %s.Test (1ms)\n  Expected: 1\n  Actual:   2\n' "$class"; ((++failed)) ;;
                skips) echo "skipped $class.Test (1ms)"; ((++skipped)) ;;
                dies) echo "Fatal error of $class"; kill -9 $$ ;;
            esac
            ((++second))
            xml+="<test name=\"$class.Test(&quot; type=&quot;)\" finish-rtf=\"2026-03-01T00:00:0$second.5000000+00:00\" type=\"$class\" />"
        done <"$PLAY/classes"
        [[ -n $report ]] && echo "<assemblies><assembly start-rtf=\"2026-02-28T23:59:59.0000000+00:00\">$xml</assembly></assemblies>" >"$folder/$report"
        printf '\nTest run summary: %s\n  total: %s\n  failed: %s\n  succeeded: %s\n  skipped: %s\n' "$name" $((passed + failed + skipped)) "$failed" "$passed" "$skipped"
        ((passed + failed + skipped == 0)) && { [[ $* == *"--ignore-exit-code 8"* ]] && exit 0 || exit 8; }
        ((failed > 0)) && exit 2
        exit 0
        """;

    private readonly TemporaryFolder _folder = new();

    public PlayCheckout(string classes, string seconds)
    {
        foreach (string name in (string[])[
            "test", "tessar", "build/tests/split.awk", "build/tests/seconds.awk", "build/tests/failures.awk"
        ])
            Copy(name);
        foreach (string name in (string[])[
            "src/Some.cs", "bench/Some.cs", "Some.props", "Some.targets", "Some.slnx", "Some.txt", ".editorconfig", "global.json"
        ])
            Write(name, string.Empty);
        foreach (string program in (string[])["Tessar.Tests", "Tessar.Web.Tests", "Tessar.Cli"])
        {
            if (program != "Tessar.Cli")
            {
                Write($"tests/{program}/{program}.csproj", string.Empty);
                Write($"tests/{program}/Some.cs", string.Empty);
            }

            Write($"artifacts/bin/{program}/release/{program}.dll", string.Empty);
        }

        foreach (string program in (string[])["dotnet", "chromium"])
        {
            Write("play/" + program, program == "dotnet" ? Dotnet : string.Empty);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(
                    Path("play/" + program), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Write("play/classes", classes + "\n");
        Write("tests/seconds.txt", seconds + "\n");
    }

    /// <summary>How often the programs were built.</summary>
    public int Builds => Lines("play/calls").Count(call => call.StartsWith("build ", StringComparison.Ordinal));

    /// <summary>
    /// The classes that ran, in the order in which they began, each with the threads that libtorch and the command line may use.
    /// </summary>
    public string[] Ran => Lines("play/ran");

    /// <summary>The measured seconds.</summary>
    public string[] Seconds => Lines("tests/seconds.txt");

    /// <summary>The classes of each test program that was started, by what its filters say.</summary>
    public string[] Calls => [.. Lines("play/calls").Where(call => !call.StartsWith("build ", StringComparison.Ordinal))];

    /// <summary>True while the server of the first build lives.</summary>
    public bool HasServer => File.Exists(Path("play/server"));

    public ChildResult Test(params string[] arguments) => Run("test", arguments);

    public ChildResult Run(string script, params string[] arguments)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PATH"] = Path("play") + ":" + Environment.GetEnvironmentVariable("PATH"), ["PLAY"] = Path("play"), ["CI"] = null,
            ["OMP_NUM_THREADS"] = null, ["TESSAR_THREADS"] = null,
        };
        using ChildProcess started = ChildProcess.StartProgram("bash", [Path(script), .. arguments], environment, _folder.Path);
        return started.WaitForEnd();
    }

    /// <summary>Edits a file a minute from now, whatever the grain of the file system's times.</summary>
    public void Edit(string name) => File.SetLastWriteTimeUtc(Path(name), DateTime.UtcNow.AddMinutes(1));

    public void Dispose() => _folder.Dispose();

    private string Path(string name) => _folder.File(name);

    private void Copy(string name)
    {
        Write(name, string.Empty);
        File.Copy(System.IO.Path.Combine(Repository.Root, name), Path(name), overwrite: true);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllText(Path(name), text);
    }

    private string[] Lines(string name) => File.Exists(Path(name)) ? File.ReadAllLines(Path(name)) : [];
}
