using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Data.UserModels;
using Tessar.Tests.Runs;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

/// <summary>Models with tied parameters, and with a parameter that acts past its layer, under every method.</summary>
public sealed class TiedModelTests : IDisposable
{
    private const double Damping = 0.1;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<Type> Models =>
        [typeof(TiedLayers), typeof(HeadTakesWords), typeof(WordsTakeHead), typeof(WordsAsOutput), typeof(WithWeightUsedOutside)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void Gradient_products_are_those_of_one_backward_pass_per_example(Type type)
    {
        Run run = Train(type);
        using ExampleStore store = run.OpenExamples();
        using DisposeScope scope = NewDisposeScope();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 6);
        AttributionMatrix scores = new GradDot(new GradDotOptions()).Score(new RunView(run), train, test, new MethodContext());
        (Tensor losses, Tensor targets, _) = Reference(run, train, test, ofLosses: true);
        AssertClose(losses.mm(targets.t()), scores, 1e-4);
        Assert.Equal(losses.shape[1], scores.Report.Parameters);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Influence_is_that_of_the_dense_curvature(Type type)
    {
        Run run = Train(type);
        using ExampleStore store = run.OpenExamples();
        using DisposeScope scope = NewDisposeScope();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 6);
        AttributionMatrix scores = new InfluenceExplicit(new InfluenceExplicitOptions { Damping = Damping })
            .Score(new RunView(run), train, test, new MethodContext());
        (Tensor losses, Tensor margins, Tensor curvature) = Reference(run, train, test);
        Tensor damped = curvature + Damping * curvature.diagonal().mean() * eye(curvature.shape[0], dtype: ScalarType.Float64);
        AssertClose(-losses.mm(linalg.solve(damped, margins.t())) / train.Count, scores, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_method_scores_or_refuses_with_a_reason(Type type)
    {
        Run run = Train(type);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 3);
        var catalog = new MethodCatalog(typeof(Trak).Assembly);
        foreach (MethodDescription method in catalog.Methods)
        {
            Exception? thrown = Record.Exception(() =>
            {
                AttributionMatrix scores = catalog.CreateAttribution(
                    method.Name, new Dictionary<string, string>(StringComparer.Ordinal))
                    .Score(new RunView(run), train, test, new MethodContext());
                Assert.All(scores.Scores.ToArray(), score => Assert.True(float.IsFinite(score)));
            });
            Assert.True(thrown is null or TessarException { Kind: not ErrorKind.Internal }, $"{method.Name}: {thrown}");
        }
    }

    private Run Train(Type type) =>
        SmallRuns.Train(SmallRuns.Request(_folder, type.Name) with
        {
            Model = $"{type.Assembly.Location}#{type.FullName}",
            Train = "train:0-39"
        });

    // In single precision and without hooks, each parameter once, so that nothing here knows how ties are dealt with.
    private static (Tensor Losses, Tensor Margins, Tensor Curvature) Reference(
        Run run, ExampleSet train, ExampleSet test, bool ofLosses = false)
    {
        using nn.Module<Tensor, Tensor> model = run.LoadModel();
        Tensor[] parameters = [.. model.parameters().DistinctBy(p => TensorStorage.Of(p).Address)];
        Tensor Row(Tensor output) =>
            cat([.. Gradient.OfKeepingGraph(output, parameters).Select(g => g.flatten())]).to_type(ScalarType.Float64);
        List<Tensor> losses = [], margins = [];
        Tensor? curvature = null;
        for (int i = 0; i < train.Count; i++)
        {
            Tensor logits = model.call(Batches.Inputs(train, [i], run.Record.Program.Input));
            losses.Add(Row(-logits.log_softmax(1)[0, train.Label(i)]));
            Tensor p = logits.softmax(1).detach().squeeze(0).to_type(ScalarType.Float64);
            Tensor jacobian = stack([.. Enumerable.Range(0, 3).Select(c => Row(logits[0, c]))]);
            Tensor part = jacobian.t().mm(diag(p) - p.outer(p)).mm(jacobian) / train.Count;
            curvature = curvature is null ? part : curvature + part;
        }

        for (int i = 0; i < test.Count; i++)
        {
            Tensor logits = model.call(Batches.Inputs(test, [i], run.Record.Program.Input));
            long[] others = [.. Enumerable.Range(0, 3).Where(c => c != test.Label(i)).Select(c => (long)c)];
            Tensor margin = logits[0, test.Label(i)] - logits[0].index_select(0, tensor(others)).logsumexp(0);
            margins.Add(Row(ofLosses ? -logits.log_softmax(1)[0, test.Label(i)] : margin));
        }

        return (stack(losses), stack(margins), curvature!);
    }

    private static void AssertClose(Tensor expected, AttributionMatrix scores, double tolerance)
    {
        double largest = expected.abs().max().ToDouble();
        Assert.True(largest > 0);
        for (int i = 0; i < scores.TrainCount; i++)
        {
            for (int j = 0; j < scores.TargetCount; j++)
                Assert.Equal(expected[i, j].ToDouble(), scores[i, j], tolerance * largest);
        }
    }
}
