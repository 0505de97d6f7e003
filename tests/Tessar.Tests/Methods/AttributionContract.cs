using System.Text.RegularExpressions;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Training.Replaying;
using Tessar.Training.Retraining;
using TorchSharp;

namespace Tessar.Tests.Methods;

/// <summary>
/// What every attribution method keeps to. Each public method is one clause; the test class runs them over the catalogue, and a
/// method of a foreign assembly is held to the same ones. Nothing here knows a method by name: what a method can't keep, it
/// declares itself.
/// </summary>
internal sealed partial class AttributionContract(MethodCatalog catalog, string name, ContractRun run)
{
    // Values for options of these names, so that the suite stays quick: no clause is about how far a solver has come.
    private static readonly Dictionary<string, string> _small = new(StringComparer.Ordinal)
    {
        ["projection-dimension"] = "64", ["batch-size"] = "16", ["rank"] = "4", ["depth"] = "4", ["iterations"] = "3",
        ["krylov-dimension"] = "6",
        ["subsets"] = "24",
    };

    private readonly MethodDescription _method = catalog.Find(name);

    private MethodContext Context { get; } = new() { Retrainer = new InProcessRetrainer(), Replayer = new RunReplayer() };

    private bool Trains => _method.Needs is MethodNeeds.Retraining or MethodNeeds.ReplayableTraining;

    // Which examples share a batch or a mask follows from their positions.
    private bool IsSymmetric => !_method.HasIndividualDraws && !Trains;

    // The scores of the shared run, computed once for all clauses that compare something with them: a method that didn't compute
    // the same each time breaks a clause of its own.
    private AttributionMatrix Plain => run.Remember(name, () => Score(run.Shared, run.Train, run.Test));

    public void Scores_have_the_shape_of_the_sets_and_a_report()
    {
        List<string> warnings = [];
        AttributionMatrix scores = Score(run.Copy(), run.Train, run.Test, Context with { Warn = warnings.Add });
        Assert.Equal((ContractRun.TrainCount, ContractRun.TestCount), (scores.TrainCount, scores.TargetCount));
        Assert.All(scores.Scores.ToArray(), score => Assert.True(float.IsFinite(score)));
        Assert.Contains(scores.Scores.ToArray(), score => score != 0);
        AttributionReport report = scores.Report;
        Assert.Equal(name, report.Method);
        Assert.NotEmpty(report.Output);
        Assert.NotEmpty(report.Units);
        Assert.InRange(report.GradientCheck, 0, 1e-4);
        Assert.True(
            report.ExamplesComputed >= 0 && report.ExamplesComputed % ContractRun.TrainCount == 0,
            $"{report.ExamplesComputed} examples");
        using torch.nn.Module<torch.Tensor, torch.Tensor> model = run.Shared.LoadModel();
        Dictionary<string, long> sizes = model.named_parameters()
            .ToDictionary(p => p.name, p => p.parameter.numel(), StringComparer.Ordinal);
        if (report.Parameters > 0)
            Assert.Equal(sizes.Values.Sum(), report.Parameters + report.SkippedParameters.Sum(skipped => sizes[skipped]));
        Assert.All(report.Checks, check =>
        {
            Assert.Matches(KebabCase(), check.Name);
            Assert.True(double.IsFinite(check.Value), check.Name);
            Assert.EndsWith(".", check.Meaning, StringComparison.Ordinal);
        });
        Assert.All(report.Remarks, remark =>
        {
            Assert.EndsWith(".", remark, StringComparison.Ordinal);
            Assert.Contains(remark, warnings);
        });
    }

    // In two folders, so that nothing on disk is reused.
    public void Same_inputs_give_the_same_bits()
    {
        Run one = run.Copy(), two = run.Copy();
        Assert.Equal(Score(one, run.Train, run.Test).Scores.ToArray(), Score(two, run.Train, run.Test).Scores.ToArray());
        Assert.Equal(Self(one, run.Train), Self(two, run.Train));
    }

    public void Copies_of_an_example_score_alike()
    {
        AttributionMatrix scores = Plain;
        float scale = scores.Scores.ToArray().Max(Math.Abs);
        bool alike = Enumerable.Range(0, scores.TargetCount).All(j => Math.Abs(scores[0, j] - scores[1, j]) <= 1e-5 * scale);
        Assert.True(alike || !IsSymmetric);
    }

    public void Order_of_the_train_set_does_not_matter()
    {
        if (!IsSymmetric)
            return;
        AttributionMatrix plain = Plain;
        AttributionMatrix permuted = Score(
            run.PermutedRun(), new ExampleSet(run.Permuted, "train", 0, ContractRun.TrainCount),
            new ExampleSet(run.Permuted, "test", 0, ContractRun.TestCount));
        float scale = plain.Scores.ToArray().Max(Math.Abs);
        for (int i = 0; i < ContractRun.TrainCount; i++)
        {
            for (int j = 0; j < ContractRun.TestCount; j++)
                Assert.Equal(plain[run.Order[i], j], permuted[i, j], 1e-3 * scale);
        }
    }

    public void Scores_of_a_target_do_not_depend_on_the_other_targets()
    {
        AttributionMatrix all = Plain, few = Score(run.Shared, run.Train, new ExampleSet(run.Store, "test", 4, 3));
        float scale = all.Scores.ToArray().Max(Math.Abs);
        for (int i = 0; i < ContractRun.TrainCount; i++)
        {
            for (int j = 0; j < 3; j++)
                Assert.Equal(all[i, 4 + j], few[i, j], 1e-5 * scale);
        }
    }

    public void Self_influence_is_the_score_of_each_example_on_itself()
    {
        float[] self = Self(run.Shared, run.Train);
        AttributionMatrix scores = Score(run.Shared, run.Train, run.Train);
        float scale = scores.Scores.ToArray().Max(Math.Abs);
        Assert.Equal(ContractRun.TrainCount, self.Length);
        // Stored features are rounded to fp16, those of targets aren't.
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(scores[i, i], self[i], 2e-3 * scale);
    }

    // Nothing can be left out of one example, so methods that train on parts may refuse, in words.
    public void One_example_and_one_target_are_enough()
    {
        ExampleSet train = new(run.Store, "train", 7, 1), target = new(run.Store, "test", 3, 1);
        if (_method.Needs == MethodNeeds.Retraining && Record.Exception(() => Score(run.Shared, train, target)) is { } refusal)
        {
            Assert.IsType<TessarException>(refusal, exactMatch: false);
            return;
        }

        Assert.True(float.IsFinite(Assert.Single(Score(run.Shared, train, target).Scores.ToArray())));
        Assert.True(float.IsFinite(Assert.Single(Self(run.Shared, train))));
    }

    public void Progress_of_each_stage_rises_to_its_total()
    {
        List<MethodProgress> heard = [];
        Score(run.Copy(), run.Train, run.Test, Context with { Progress = new Listener<MethodProgress>(heard.Add) });
        Assert.NotEmpty(heard);
        foreach (IGrouping<string, MethodProgress> stage in heard.GroupBy(progress => progress.Stage, StringComparer.Ordinal))
        {
            Assert.Single(stage.Select(progress => (progress.Total, progress.Unit)).Distinct());
            Assert.Equal(stage.Select(progress => progress.Done).Order(), stage.Select(progress => progress.Done));
            Assert.All(stage, progress => Assert.InRange(progress.Done, 0, progress.Total));
            Assert.Equal(stage.Last().Total, stage.Last().Done);
        }
    }

    // Before the first report and at some of the others; what was on its way is given back.
    public void Cancellation_is_heard_anywhere_and_leaves_nothing_behind()
    {
        int reports = 0;
        Score(run.Copy(), run.Train, run.Test, Context with { Progress = new Listener<MethodProgress>(_ => reports++) });
        // The report before the last is the last one that anything comes after.
        foreach (int at in Enumerable.Range(0, 6).Select(k => k * (reports - 2) / 5).Where(at => at >= 0).Distinct())
        {
            using var stop = new CancellationTokenSource();
            int heard = 0;
            if (at == 0)
                stop.Cancel();
            MethodContext context = Context with
            {
                Cancellation = stop.Token,
                Progress = new Listener<MethodProgress>(_ =>
                {
                    if (++heard == at)
                        stop.Cancel();
                }),
            };
            Run copy = run.Copy();
            long before = Count();
            Assert.ThrowsAny<OperationCanceledException>(() => Score(copy, run.Train, run.Test, context));
            AssertBalance(before);
            Assert.True(heard <= at + 1, $"{heard - at} reports after the cancellation");
        }
    }

    public void Native_memory_balances()
    {
        Run copy = run.Copy();
        Score(copy, run.Train, run.Test);
        Self(copy, run.Train);
        long before = Count();
        Score(copy, run.Train, run.Test);
        Self(copy, run.Train);
        AssertBalance(before);
    }

    public void Nothing_global_is_changed_not_even_by_an_error()
    {
        float[] expected = Plain.Scores.ToArray();
        foreach (bool gradients in new[] { true, false })
        {
            using IDisposable mode = torch.set_grad_enabled(gradients);
            int threads = TorchThreads.Current;
            string directory = Environment.CurrentDirectory;
            Assert.Equal(expected, Score(run.Shared, run.Train, run.Test).Scores.ToArray());
            Assert.Throws<TessarException>(() => Score(run.Shared, run.Train, run.Test, Context with { MemoryBudget = 1 }));
            Assert.Equal(
                (gradients, threads, directory), (torch.is_grad_enabled(), TorchThreads.Current, Environment.CurrentDirectory));
            Assert.Equal(torch.ScalarType.Float32, torch.get_default_dtype());
        }
    }

    public void Missing_arguments_are_named()
    {
        IAttributionMethod method = Create();
        var view = new RunView(run.Shared);
        Assert.Equal(
            "run", Assert.Throws<ArgumentNullException>(() => method.Score(null!, run.Train, run.Test, Context)).ParamName);
        Assert.Equal("train", Assert.Throws<ArgumentNullException>(() => method.Score(view, null!, run.Test, Context)).ParamName);
        Assert.Equal(
            "targets", Assert.Throws<ArgumentNullException>(() => method.Score(view, run.Train, null!, Context)).ParamName);
        Assert.Equal(
            "context", Assert.Throws<ArgumentNullException>(() => method.Score(view, run.Train, run.Test, null!)).ParamName);
        Assert.Equal(
            "run", Assert.Throws<ArgumentNullException>(() => method.SelfInfluence(null!, run.Train, Context)).ParamName);
        Assert.Equal("train", Assert.Throws<ArgumentNullException>(() => method.SelfInfluence(view, null!, Context)).ParamName);
        Assert.Equal(
            "context", Assert.Throws<ArgumentNullException>(() => method.SelfInfluence(view, run.Train, null!)).ParamName);
    }

    // Beyond what the catalogue's own test types: the ends of every range, and one step further.
    public void Numbers_outside_of_their_range_are_refused()
    {
        foreach (MethodOption option in _method.Options)
        {
            Match range = RangeOf().Match(option.Allowed);
            if (!range.Success)
                continue;
            (string low, string high) = (range.Groups["low"].Value, range.Groups["high"].Value);
            Assert.NotNull(_method.Create(Only(option.Name, low)));
            Assert.NotNull(_method.Create(Only(option.Name, high)));
            foreach (string beyond in new[] { "-" + high, low == "0" ? "-0.001" : "0", high + "0", "NaN", "Infinity" })
            {
                if (beyond == "-0" || (high == "0" && beyond == "00"))
                    continue;
                TessarException e = Assert.Throws<TessarException>(() => _method.Create(Only(option.Name, beyond)));
                Assert.Equal(ErrorKind.Usage, e.Kind);
                Assert.Contains($"{option.Name} is `{beyond}`; allowed: {option.Allowed}", e.Message, StringComparison.Ordinal);
            }
        }
    }

    // A method that only reads the data has nothing to object to a model.
    public void Labels_outside_of_the_models_classes_are_refused()
    {
        if (_method.Needs == MethodNeeds.Nothing)
            return;
        Run small = run.Copy(record => record with { Classes = [.. record.Classes.Take(2)] });
        Assert.ThrowsAny<TessarException>(() => Score(small, run.Train, run.Test));
        Assert.ThrowsAny<TessarException>(() => Self(small, run.Train));
    }

    // Pixels divided by almost nothing: activations or their squares overflow. An error or numbers, never infinity.
    public void Inputs_that_overflow_never_give_scores_that_are_no_numbers()
    {
        foreach (float deviation in new[] { 1e-38f, 1e-20f })
        {
            Run overflowing = run.Copy(record =>
                record with
                {
                    Program = record.Program with
                    {
                        Input = new ImageInput(
                            ((ImageInput)record.Program.Input).Image, new InputNormalization([0.5f], [deviation])),
                    }
                });
            FiniteOrRefused(() => Score(overflowing, run.Train, run.Test).Scores.ToArray());
            FiniteOrRefused(() => Self(overflowing, run.Train));
        }
    }

    private static void FiniteOrRefused(Func<float[]> scores)
    {
        float[] found = [];
        if (Record.Exception(() => found = scores()) is { } refusal)
            Assert.IsType<TessarException>(refusal, exactMatch: false);
        Assert.All(found, score => Assert.True(float.IsFinite(score)));
    }

    private static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    // TorchSharp leaves an empty shell behind for each of the six parameters of a model that is built. A training builds more
    // than models.
    private void AssertBalance(long before)
    {
        long left = Count() - before;
        Assert.True(left >= 0 && (Trains || left % 6 == 0), $"{left} tensors are left");
    }

    private AttributionMatrix Score(Run of, ExampleSet train, ExampleSet targets, MethodContext? context = null) =>
        Create().Score(new RunView(of), train, targets, context ?? Context);

    private float[] Self(Run of, ExampleSet train) => Create().SelfInfluence(new RunView(of), train, Context);

    private IAttributionMethod Create() => catalog.CreateAttribution(
        name,
        _small.Where(s => _method.Options.Any(o => o.Name == s.Key))
            .ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal));

    private static Dictionary<string, string> Only(string option, string value) =>
        new(StringComparer.Ordinal) { [option] = value };

    [GeneratedRegex("^[a-z]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KebabCase();

    [GeneratedRegex("^(?<low>[0-9.E+-]+) to (?<high>[0-9.E+-]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RangeOf();
}
