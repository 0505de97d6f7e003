using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tests.Toys;
using Tessar.Training.Retraining;

namespace Tessar.Tests.Methods;

public sealed class MethodRunnerTests(ContractRun run) : IClassFixture<ContractRun>
{
    private static readonly MethodCatalog _catalog = new(typeof(Trak).Assembly, typeof(ToyLens).Assembly);
    private static readonly MethodRunner _runner = new(_catalog);

    [Fact]
    public void Question_of_a_lens_gives_what_its_method_gives_and_keeps_it()
    {
        string folder = run.Copy().Directory;
        MethodResult result = _runner.Run(Job("data", folder) with
        {
            Method = "data/grad-dot",
            Targets = "test:0-3",
            Settings = Of(("top", "2"))
        });
        AttributionAnswer found = result.Value<AttributionAnswer>();
        AttributionMatrix direct = new GradDot(new GradDotOptions()).Score(
            new RunView(Tessar.Runs.Run.Open(folder)), run.Train, new Tessar.Examples.ExampleSet(run.Store, "test", 0, 4),
            new MethodContext());
        Assert.Equal(direct.Scores.ToArray(), found.All!.Scores.ToArray());
        AttributionResult kept = AttributionResult.Open(result.Kept.Directory);
        Assert.Equal(direct.Proponents(1, 2), kept.Top(1).Proponents);
        Assert.Null(result.Kept.Staleness(Tessar.Runs.Run.Open(folder)));
        Assert.Equal(("data", "data/grad-dot", "test:0-3", "2"), (
            result.Kept.Document.Lens, result.Kept.Document.Method, result.Kept.Document.Job.Targets,
            result.Kept.Document.Job.Settings["top"]));
    }

    [Fact]
    public void Equal_jobs_lie_in_one_folder_and_others_elsewhere()
    {
        string folder = run.Copy().Directory;
        MethodJob job = Job("data", folder) with { Method = "data/random", Targets = "test:0-3" };
        string[] folders =
        [
            _runner.Run(job).Kept.Directory, _runner.Run(job with { Seed = 1 }).Kept.Directory,
            _runner.Run(job with { Settings = Of(("top", "3")) }).Kept.Directory,
            _runner.Run(job with { Train = "train:0-9" }).Kept.Directory,
            _runner.Run(job with { MemoryBudget = 1 << 20 }).Kept.Directory,
        ];
        Assert.Equal(folders.Length, folders.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(folders[0], _runner.Run(job).Kept.Directory);
        Assert.Equal(
            folders.Order(StringComparer.Ordinal),
            ResultCatalog.FoldersOf(Tessar.Runs.Run.Open(folder), "data").Order(StringComparer.Ordinal));
    }

    // Seeds 1 and 2 used to give the same scores.
    [Theory]
    [InlineData("data/influence-lissa")]
    [InlineData("data/random")]
    [InlineData("data/ekfac")]
    public void Seed_of_the_job_reaches_the_method(string method)
    {
        string folder = run.Copy().Directory;
        MethodJob job = Job("data", folder) with
        {
            Method = method,
            Targets = "test:0-3",
            Options = method == "data/influence-lissa" ? Of(("depth", "3")) : Of()
        };
        float[] Scores(ulong? seed) => _runner.Run(job with { Seed = seed }).Value<AttributionAnswer>().All!.Scores.ToArray();
        Assert.Equal(Scores(1), Scores(1));
        Assert.NotEqual(Scores(1), Scores(2));
        Assert.Equal(Scores(null), Scores(0));
    }

    // An own seed of the method's stands before the job's.
    [Fact]
    public void Seed_among_the_options_stands_before_that_of_the_job()
    {
        string folder = run.Copy().Directory;
        MethodJob job = Job("data", folder) with { Method = "data/random", Targets = "test:0-3", Options = Of(("seed", "5")) };
        Assert.Equal(
            _runner.Run(job with { Seed = 1 }).Value<AttributionAnswer>().All!.Scores.ToArray(),
            _runner.Run(job with { Seed = 2 }).Value<AttributionAnswer>().All!.Scores.ToArray());
        MethodResult open = _runner.Run(job with { Options = Of(), Seed = 5 });
        Assert.Equal(
            _runner.Run(job).Value<AttributionAnswer>().All!.Scores.ToArray(),
            open.Value<AttributionAnswer>().All!.Scores.ToArray());
        Assert.Equal("5", open.Kept.Document.Job.Options["seed"]);
    }

    [Fact]
    public void Evaluation_is_run_from_a_program_and_listed_as_such()
    {
        Tessar.Runs.Run copy = run.Copy();
        MethodJob job = Job("data/lds", copy.Directory) with
        {
            Method = "data/grad-dot",
            Targets = "test:0-5",
            Settings = Of(("subsets", "4"), ("seeds", "2"))
        };
        List<MethodProgress> heard = [];
        MethodResult result = _runner.Run(
            job, new MethodContext { Retrainer = new InProcessRetrainer(), Progress = new Listener<MethodProgress>(heard.Add) });
        LdsAnswer lds = result.Value<LdsAnswer>();
        Assert.InRange(lds.Lds, -1, 1);
        Assert.Equal((4, 2, "data/grad-dot"), (lds.Subsets, lds.Seeds, lds.Method));
        Assert.Contains(heard, progress => progress is { Stage: "training", Unit: "models", Total: 8 });
        ResultSummary listed = Assert.Single(ResultCatalog.Of(copy), one => one.Question == "data/lds");
        Assert.Equal(("data/grad-dot", result.Kept.Directory, null), (listed.Method, listed.Directory, listed.Staleness));
        Assert.Equal(lds.Lds, result.Kept.Document.Payload.GetProperty("lds").GetDouble());
    }

    [Fact]
    public void Trainings_without_a_retrainer_are_refused_saying_how_to_pass_one() => Assert.Contains(
        "Retrainer is null",
        Assert.Throws<TessarException>(() =>
            _runner.Run(Job("data/lds", run.Shared.Directory) with { Targets = "test:0-5" })).Message, StringComparison.Ordinal);

    [Fact]
    public void All_that_is_wrong_with_settings_and_options_is_said_at_once_before_a_run_is_opened()
    {
        MethodJob job = Job("data/lds", "no-such-run") with
        {
            Method = "data/trak",
            Options = Of(("dampin", "1"), ("batch-size", "0")),
            Settings = Of(("subsets", "1"), ("seed", "2"))
        };
        TessarException e = Assert.Throws<TessarException>(() => _runner.Run(job));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        foreach (string words in (string[])[
            "there is no option `dampin`", "batch-size is `0`", "subsets is `1`", "there is no option `seed`"
        ])
            Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_questions_methods_and_runs_are_named()
    {
        Assert.Contains(
            "Did you mean `data/lds`?", Assert.Throws<TessarException>(() => _runner.Open(Job("data/ldss", "x"))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "doesn't answer `data`",
            Assert.Throws<TessarException>(() => _runner.Open(Job("data", "x") with { Method = "toy/mean-shade" })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "asks no method",
            Assert.Throws<TessarException>(() => _runner.Open(Job("data/transfer", "x") with { Method = "data/trak" })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "names no run", Assert.Throws<TessarException>(() => _runner.Open(Job("data", "x") with { Runs = [] })).Message,
            StringComparison.Ordinal);
        Assert.ThrowsAny<TessarException>(() => _runner.Open(Job("data", Path.Combine(run.Shared.Directory, "nothing"))));
    }

    [Fact]
    public void Answer_of_another_kind_says_what_there_is()
    {
        MethodResult result = _runner.Run(Job("toy", run.Copy().Directory));
        Assert.Equal(3, result.Value<double[]>().Length);
        Assert.Contains(
            "System.Double[]", Assert.Throws<InvalidOperationException>(() => result.Value<LdsAnswer>()).Message,
            StringComparison.Ordinal);
    }

    private static MethodJob Job(string question, string folder) => new() { Question = question, Runs = [folder] };

    private static Dictionary<string, string> Of(params (string Name, string Value)[] values) =>
        values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
}
