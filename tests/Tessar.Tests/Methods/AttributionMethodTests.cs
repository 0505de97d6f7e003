using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Native;
using Tessar.Tests.Data;
using TorchSharp;

namespace Tessar.Tests.Methods;

/// <summary>What every attribution method keeps to, checked over the catalogue: a new method is tested by existing.</summary>
public sealed class AttributionMethodTests : IDisposable
{
    private static readonly MethodCatalog s_catalog = new(typeof(Trak).Assembly);
    private readonly SmallRun _small = new("cnn", duplicateFirst: true);

    public static TheoryData<string> Names =>
        [.. s_catalog.Methods.Where(method => method.Type.IsAssignableTo(typeof(IAttributionMethod))).Select(method => method.Name)];

    private ExampleSet Train => new(_small.Store, "train", 0, 40);

    public void Dispose() => _small.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Scores_have_the_shape_of_the_sets_and_a_report(string name)
    {
        AttributionMatrix scores = Create(name).Score(_small.View, Train, _small.Test, new MethodContext());
        Assert.Equal((40, SmallRun.TestCount), (scores.TrainCount, scores.TargetCount));
        Assert.All(scores.Scores.ToArray(), score => Assert.True(float.IsFinite(score)));
        Assert.Contains(scores.Scores.ToArray(), score => score != 0);
        Assert.Equal((name, 40, 0), (scores.Report.Method, scores.Report.ExamplesComputed, scores.Report.SkippedParameters.Count));
        Assert.InRange(scores.Report.GradientCheck, 0, 1e-4);
        using torch.nn.Module<torch.Tensor, torch.Tensor> model = _small.Run.LoadModel();
        Assert.Equal(model.parameters().Sum(p => p.numel()), scores.Report.Parameters);
    }

    // A second run in a folder of its own, so that nothing on disk is reused.
    [Theory]
    [MemberData(nameof(Names))]
    public void Same_inputs_give_the_same_bits(string name)
    {
        using var other = new SmallRun("cnn", duplicateFirst: true);
        AttributionMatrix one = Create(name).Score(_small.View, Train, _small.Test, new MethodContext());
        AttributionMatrix two = Create(name).Score(other.View, new(other.Store, "train", 0, 40), other.Test, new MethodContext());
        Assert.Equal(one.Scores.ToArray(), two.Scores.ToArray());
        Assert.Equal(
            Create(name).SelfInfluence(_small.View, Train, new MethodContext()),
            Create(name).SelfInfluence(other.View, new(other.Store, "train", 0, 40), new MethodContext()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Copies_of_an_example_score_alike(string name)
    {
        AttributionMatrix scores = Create(name).Score(_small.View, Train, _small.Test, new MethodContext());
        for (int target = 0; target < scores.TargetCount; target++)
            Assert.Equal(scores[0, target], scores[1, target], 1e-5 * Math.Abs(scores[0, target]) + 1e-9);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scores_of_a_target_do_not_depend_on_the_other_targets(string name)
    {
        AttributionMatrix all = Create(name).Score(_small.View, Train, _small.Test, new MethodContext());
        AttributionMatrix few = Create(name).Score(_small.View, Train, new(_small.Store, "test", 4, 3), new MethodContext());
        float scale = all.Scores.ToArray().Max(Math.Abs);
        for (int i = 0; i < 40; i++)
        {
            for (int j = 0; j < 3; j++)
                Assert.Equal(all[i, 4 + j], few[i, j], 1e-5 * scale);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Self_influence_is_the_score_of_each_example_on_itself(string name)
    {
        float[] self = Create(name).SelfInfluence(_small.View, Train, new MethodContext());
        AttributionMatrix scores = Create(name).Score(_small.View, Train, Train, new MethodContext());
        float scale = self.Max(Math.Abs);
        Assert.Equal(40, self.Length);
        // Stored features are rounded to fp16, those of targets aren't.
        for (int i = 0; i < 40; i++)
            Assert.Equal(scores[i, i], self[i], 2e-3 * scale);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_example_and_one_target_are_enough(string name)
    {
        AttributionMatrix scores = Create(name).Score(_small.View, new(_small.Store, "train", 7, 1), new(_small.Store, "test", 3, 1), new MethodContext());
        Assert.True(float.IsFinite(Assert.Single(scores.Scores.ToArray())));
        Assert.True(float.IsFinite(Assert.Single(Create(name).SelfInfluence(_small.View, new(_small.Store, "train", 7, 1), new MethodContext()))));
    }

    [Fact]
    public void Empty_sets_do_not_exist() => Assert.ThrowsAny<ArgumentException>(() => new ExampleSet(_small.Store, "train", 0, 0));

    [Theory]
    [MemberData(nameof(Names))]
    public void Progress_of_each_stage_rises_to_its_total(string name)
    {
        List<MethodProgress> heard = [];
        Create(name).Score(_small.View, Train, _small.Test, new MethodContext { Progress = new Listener<MethodProgress>(heard.Add) });
        Assert.NotEmpty(heard);
        foreach (IGrouping<string, MethodProgress> stage in heard.GroupBy(progress => progress.Stage, StringComparer.Ordinal))
        {
            Assert.Single(stage.Select(progress => (progress.Total, progress.Unit)).Distinct());
            Assert.Equal(stage.Select(progress => progress.Done).Order(), stage.Select(progress => progress.Done));
            Assert.All(stage, progress => Assert.InRange(progress.Done, 1, progress.Total));
            Assert.Equal(stage.Last().Total, stage.Last().Done);
        }
    }

    // At every report of progress in turn; what was on its way is given back.
    [Theory]
    [MemberData(nameof(Names))]
    public void Cancellation_is_heard_at_any_point_and_leaves_nothing_behind(string name)
    {
        int reports = 0;
        Create(name).Score(_small.View, Train, _small.Test, new MethodContext { Progress = new Listener<MethodProgress>(_ => reports++) });
        // The report before the last is the last one that anything comes after.
        for (int at = 0; at < reports - 1; at++)
        {
            using var small = new SmallRun("mlp");
            using var stop = new CancellationTokenSource();
            int heard = 0;
            if (at == 0)
                stop.Cancel();
            var context = new MethodContext
            {
                Cancellation = stop.Token,
                Progress = new Listener<MethodProgress>(_ =>
                {
                    if (++heard == at)
                        stop.Cancel();
                }),
            };
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long before = torch.Tensor.TotalCount;
            Assert.ThrowsAny<OperationCanceledException>(() => Create(name).Score(small.View, new(small.Store, "train", 0, 40), small.Test, context));
            // Six parameters whose empty shells TorchSharp leaves behind.
            Assert.Equal(before + 6, torch.Tensor.TotalCount);
            Assert.True(heard <= at + 1, $"{heard - at} reports after the cancellation");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_global_is_changed_not_even_by_an_error(string name)
    {
        foreach (bool gradients in new[] { true, false })
        {
            using IDisposable mode = torch.set_grad_enabled(gradients);
            int threads = TorchThreads.Current;
            string directory = Environment.CurrentDirectory;
            AttributionMatrix scores = Create(name).Score(_small.View, Train, _small.Test, new MethodContext());
            Assert.Equal(Scores(name), scores.Scores.ToArray());
            Assert.Throws<TessarException>(() => Create(name).Score(_small.View, Train, _small.Test, new MethodContext { MemoryBudget = 1 }));
            Assert.Equal((gradients, threads, directory), (torch.is_grad_enabled(), TorchThreads.Current, Environment.CurrentDirectory));
            Assert.Equal(torch.ScalarType.Float32, torch.get_default_dtype());
        }

        float[] Scores(string method) => Create(method).Score(_small.View, Train, _small.Test, new MethodContext()).Scores.ToArray();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Missing_arguments_are_named(string name)
    {
        IAttributionMethod method = Create(name);
        var context = new MethodContext();
        Assert.Equal("run", Assert.Throws<ArgumentNullException>(() => method.Score(null!, Train, _small.Test, context)).ParamName);
        Assert.Equal("train", Assert.Throws<ArgumentNullException>(() => method.Score(_small.View, null!, _small.Test, context)).ParamName);
        Assert.Equal("targets", Assert.Throws<ArgumentNullException>(() => method.Score(_small.View, Train, null!, context)).ParamName);
        Assert.Equal("context", Assert.Throws<ArgumentNullException>(() => method.Score(_small.View, Train, _small.Test, null!)).ParamName);
        Assert.Equal("run", Assert.Throws<ArgumentNullException>(() => method.SelfInfluence(null!, Train, context)).ParamName);
        Assert.Equal("train", Assert.Throws<ArgumentNullException>(() => method.SelfInfluence(_small.View, null!, context)).ParamName);
        Assert.Equal("context", Assert.Throws<ArgumentNullException>(() => method.SelfInfluence(_small.View, Train, null!)).ParamName);
    }

    // Small settings where a method has them, so that the suite stays quick.
    private static IAttributionMethod Create(string name)
    {
        (string Option, string Value)[] small = [("projection-dimension", "64"), ("batch-size", "16")];
        MethodDescription method = s_catalog.Find(name);
        return s_catalog.CreateAttribution(name, small.Where(s => method.Options.Any(o => o.Name == s.Option)).ToDictionary(s => s.Option, s => s.Value, StringComparer.Ordinal));
    }
}
