using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Statistics;
using Tessar.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Influences;

/// <summary>
/// Logistic regression of 200 examples, 20 parameters, fitted to its optimum: influence against 200 fits without one example.
/// </summary>
public sealed class LeaveOneOutTests : IDisposable
{
    private const int Train = 200, Test = 8, Pixels = 9, Classes = 2;
    private const double Penalty = 0.01;

    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Influence_predicts_what_fits_without_an_example_answer()
    {
        using ExampleStore store = WriteStore();
        var train = new ExampleSet(store, "train", 0, Train);
        var test = new ExampleSet(store, "test", 0, Test);
        ModelInput input = new ImageInput(store.Image, new InputNormalization([0.5f], [0.25f]));
        Tensor x = Inputs(train, input), y = Batches.Labels(train, [.. Enumerable.Range(0, Train)]);
        Tensor all = ones(Train, dtype: ScalarType.Float64), whole = Fit(
            x, y, all, zeros(Classes * (Pixels + 1), dtype: ScalarType.Float64));
        var view = new RunView(Record(store, whole));
        double mean = InfluenceReference.GaussNewton(view.Checkpoints[0], train).diagonal().mean().item<double>();
        AttributionMatrix scores = new InfluenceExplicit(new InfluenceExplicitOptions { Damping = Penalty / mean })
            .Score(view, train, test, new MethodContext());
        Tensor before = Margins(whole, test, input);
        double[][] change = [.. Enumerable.Range(0, Test).Select(_ => new double[Train])];
        for (int i = 0; i < Train; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor weights = all.clone();
            weights[i] = 0;
            double[] difference = (before - Margins(Fit(x, y, weights, whole), test, input)).data<double>().ToArray();
            for (int j = 0; j < Test; j++)
                change[j][i] = difference[j];
        }

        for (int j = 0; j < Test; j++)
        {
            double[] column = [.. Enumerable.Range(0, Train).Select(i => (double)scores[i, j])];
            Assert.InRange(RankCorrelation.Pearson(column, change[j]), 0.995, 1);
            Assert.InRange(
                change[j].Zip(column, (a, b) => a * b).Sum() / column.Sum(b => b * b), 0.9, 1.2); // the same scale, too
        }
    }

    // Newton's method on (1/n) Σ w_i ℓ_i + (λ/2) ‖θ‖², θ row by row as the flat gradient has it: weights [C, in], then biases.
    private static Tensor Fit(Tensor x, Tensor y, Tensor weights, Tensor start)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = start.clone(), target = nn.functional.one_hot(y, Classes).to_type(ScalarType.Float64);
        for (int step = 0; step < 50; step++)
        {
            Tensor p = Logits(theta, x).softmax(1), delta = (p - target) * weights.unsqueeze(1) / Train;
            Tensor gradient = cat([delta.t().mm(x).flatten(), delta.sum([0])]) + Penalty * theta;
            Tensor wide = cat(
                [x, ones(Train, 1, dtype: ScalarType.Float64)],
                1), hessian = Penalty * eye(theta.shape[0], dtype: ScalarType.Float64);
            long[] place = [.. Enumerable.Range(0, Pixels).Select(i => (long)i), Classes * Pixels];
            for (int c = 0; c < Classes; c++)
            {
                for (int d = 0; d < Classes; d++)
                {
                    Tensor curvature = p.select(1, c) * ((c == d ? 1 : 0) - p.select(1, d)) * weights / Train, block = wide.t()
                        .mm(wide * curvature.unsqueeze(1));
                    Tensor rows = tensor(place.Select((at, i) => i < Pixels ? at + c * Pixels : at + c)
                        .ToArray()), columns = tensor(place.Select((at, i) => i < Pixels ? at + d * Pixels : at + d).ToArray());
                    hessian.index_put_(
                        block, [TensorIndex.Tensor(rows.unsqueeze(1)), TensorIndex.Tensor(columns.unsqueeze(0))],
                        accumulate: true);
                }
            }

            theta -= linalg.solve(hessian, gradient);
            if (gradient.norm().item<double>() < 1e-13)
                break;
        }

        return theta.MoveToOuterDisposeScope();
    }

    private static Tensor Logits(Tensor theta, Tensor x) =>
        x.mm(theta.narrow(0, 0, Classes * Pixels).view(Classes, Pixels).t()) + theta.narrow(0, Classes * Pixels, Classes);

    private static Tensor Margins(Tensor theta, ExampleSet set, ModelInput input)
    {
        Tensor logits = Logits(
            theta,
            Inputs(set, input)), own = logits.gather(1, Batches.Labels(set, [.. Enumerable.Range(0, set.Count)]).unsqueeze(1))
                .squeeze(1);
        return 2 * own - logits.sum([1]); // of two classes: the own logit less the other
    }

    private static Tensor Inputs(ExampleSet set, ModelInput input) =>
        Batches.Inputs(set, [.. Enumerable.Range(0, set.Count)], input).flatten(1).to_type(ScalarType.Float64);

    private Run Record(ExampleStore store, Tensor theta)
    {
        using nn.Module<Tensor, Tensor> model = ModelSource.Parse("logistic").Create(ModelInput.Of(store), Classes, 1);
        using (no_grad())
        {
            Tensor[] parameters = [.. model.parameters()];
            parameters[0].copy_(theta.narrow(0, 0, Classes * Pixels).view(Classes, Pixels));
            parameters[1].copy_(theta.narrow(0, Classes * Pixels, Classes));
        }

        return Run.Open(ImportedRun.Write(_folder.File("runs/fitted"), "logistic", model, store, "train:0-199", "test:0-7"));
    }

    // The brighter half decides, one in ten labels is wrong.
    private ExampleStore WriteStore()
    {
        string path = _folder.File("nine.tess");
        using (var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image("image", new ImageShape(3, 3, 1)), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, Train), new StoreSplit("test", Train, Test)],
            Classes = ["left", "right"],
        }))
        {
            for (int row = 0; row < Train + Test; row++)
            {
                var random = new RandomStream(11, "leave one out", row);
                byte[] pixels = [.. Enumerable.Range(0, Pixels).Select(_ => (byte)random.NextInt32(256))];
                int label = pixels[..4].Sum(p => p) > pixels[5..].Sum(p => p) ? 0 : 1;
                if (random.NextInt32(10) == 0)
                    label = 1 - label;
                writer.Append([.. pixels, .. BitConverter.GetBytes(label)]);
            }

            writer.Finish();
        }

        return ExampleStore.Open(path);
    }
}
