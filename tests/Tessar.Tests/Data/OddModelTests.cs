using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tests.Inputs;
using Tessar.Tests.Models;
using Tessar.Tests.Runs;
using Tessar.Training;
using Tessar.Training.Replaying;

namespace Tessar.Tests.Data;

/// <summary>Modules as users write them, against every method: scores, or a refusal that can be read.</summary>
public sealed class OddModelTests : IDisposable
{
    private static readonly Type[] _models =
    [
        typeof(CallsForward), typeof(InBfloat16), typeof(InDouble), typeof(NamesItsType), typeof(SequenceFirst),
        typeof(ViewsInput), typeof(ChangesInput),
        typeof(BatchNormOfVectors), typeof(FusedAttention),
    ];

    private static readonly (string Method, (string, string)[] Settings)[] _methods =
    [
        ("data/trak", [("projection-dimension", "16")]), ("data/grad-dot", []), ("data/grad-cos", []), ("data/tracin", []),
        ("data/ekfac", []),
        ("data/logra", []), ("data/grass", []), ("data/influence-explicit", []), ("data/influence-cg", []),
        ("data/influence-lissa", [("depth", "5")]),
        ("data/influence-arnoldi", [("steps", "5")]), ("data/representer-similarity", []), ("data/magic", []),
    ];

    // Those that refuse, and why; everything else scores.
    private static readonly Dictionary<(string, Type), string> _refusals = new()
    {
        [("data/magic", typeof(BatchNormOfVectors))] = "besides the weights",
        [("data/magic", typeof(FusedAttention))] = "is not implemented. Look for an operation without derivative",
        [("data/representer-similarity", typeof(CallsForward))] =
            "first, last can't be watched, because forward() was called in place of call(): left out",
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<Type> Models => [.. _models];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_method_scores_or_refuses_with_a_reason(Type type)
    {
        Run run = Train(type);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 12), test = new(store, "test", 0, 2);
        var context = new MethodContext { Replayer = new RunReplayer(), Cancellation = TestContext.Current.CancellationToken };
        List<string> surprises = [];
        foreach ((string method, (string, string)[] settings) in _methods)
        {
            string? expected = _refusals.GetValueOrDefault((method, type));
            try
            {
                AttributionMatrix scores = new MethodCatalog(typeof(Trak).Assembly)
                    .CreateAttribution(method, Known(method, settings)).Score(new RunView(run), train, test, context);
                bool isFinite = Enumerable.Range(0, train.Count)
                    .All(i => Enumerable.Range(0, test.Count).All(j => float.IsFinite(scores[i, j])));
                if (expected is not null || !isFinite)
                    surprises.Add($"{method}: {(isFinite ? "scores" : "scores that aren't finite")}");
            }
#pragma warning disable CA1031 // whatever it is, it is what the test is about
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (e is not TessarException || expected is null || !e.Message.Contains(expected, StringComparison.Ordinal))
                    surprises.Add($"{method}: {e.GetType().Name}: {e.Message.Split('\n')[0]}");
            }
        }

        Assert.True(surprises.Count == 0, string.Join("\n", surprises));
    }

    [Theory]
    [InlineData(typeof(SequenceFirst), "embedding sees the examples of a batch on another axis than the first")]
    [InlineData(typeof(AllSequenceFirst), "embedding, middle see the examples of a batch on another axis than the first")]
    [InlineData(typeof(CallsForward), "first, last can't be watched, because forward() was called in place of call()")]
    public void Slow_path_is_exact_and_says_why(Type type, string reason)
    {
        var view = new RunView(Train(type));
        using ExampleStore store = view.Run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 10), test = new(store, "test", 0, 3);
        List<string> warnings = [];
        AttributionMatrix scores = new GradDot(new GradDotOptions())
            .Score(view, train, test, new MethodContext { Warn = warnings.Add });
        Assert.Contains(reason, Assert.Single(warnings), StringComparison.Ordinal);
        double[,] expected = Reference.GradDot(view.Checkpoints[0], train, test);
        double scale = expected.Cast<double>().Max(Math.Abs);
        for (int i = 0; i < train.Count; i++)
        {
            for (int j = 0; j < test.Count; j++)
                Assert.Equal(expected[i, j], scores[i, j], 1e-5 * scale);
        }
    }

    [Theory]
    [InlineData("gauss-newton")]
    [InlineData("hessian")]
    public void Model_without_a_second_derivative_gets_differences_of_the_first_and_is_told(string curvature)
    {
        var view = new RunView(Train(typeof(FusedAttention)));
        using ExampleStore store = view.Run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 12), test = new(store, "test", 0, 2);
        List<string> warnings = [];
        AttributionMatrix scores = new MethodCatalog(typeof(Trak).Assembly)
            .CreateAttribution(
                "data/influence-cg",
                new Dictionary<string, string>(StringComparer.Ordinal) { ["curvature"] = curvature, ["damping"] = "1" })
            .Score(view, train, test, new MethodContext { Warn = warnings.Add });
        Assert.Single(warnings, warning => warning.Contains("has no second derivative", StringComparison.Ordinal));
        Assert.True(float.IsFinite(scores[0, 0]));
    }

    // As many positions as examples: the first axis looks like the examples'.
    [Fact]
    public void Sequence_as_long_as_the_batch_is_not_taken_for_it()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var model = ModelFeedTests.Source(typeof(SequenceFirst)).Create(Images.Of(6, 6, 1), 3);
        var inputs = TorchSharp.torch.randn(6, 1, 6, 6);
        using var gradients = new Tessar.Autograd.PerExampleGradients(model, inputs);
        Assert.Contains("embedding.weight", gradients.Unsupported);
        Assert.DoesNotContain("last.weight", gradients.Unsupported);
        var fast = gradients.Of(inputs, logits => TorchSharp.torch.ones_like(logits));
        var slow = gradients.OfByLoop(inputs, logits => TorchSharp.torch.ones_like(logits));
        Assert.Equal(0, (fast - slow).abs().max().item<float>(), 1e-5);
    }

    private static Dictionary<string, string> Known(string method, (string Name, string Value)[] settings)
    {
        var catalog = new MethodCatalog(typeof(Trak).Assembly);
        HashSet<string> names = [.. catalog.Find(method).Options.Select(option => option.Name)];
        return settings.Where(setting => names.Contains(setting.Name))
            .ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
    }

    private Run Train(Type type)
    {
        SmallData.Write(_folder);
        return SmallRuns.Train(SmallRuns.Request(_folder) with
        {
            Model = ModelFeedTests.Name(type),
            Optimizer = "sgd",
            Epochs = 1
        });
    }
}
