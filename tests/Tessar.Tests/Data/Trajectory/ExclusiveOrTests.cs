using Tessar.Examples;

using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Runs;
using Tessar.Training;

namespace Tessar.Tests.Data.Trajectory;

/// <summary>
/// Four clouds at the corners of a square, opposite ones of one class: what made a prediction is its own cloud, although no line
/// separates the classes.
/// </summary>
public sealed class ExclusiveOrTests : IDisposable
{
    private const int PerCorner = 12, Corners = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("data/tracin", true)]
    [InlineData("data/trak", false)] // a Newton step takes out what neighbours share with the own corner
    [InlineData("data/ekfac", false)]
    public void Own_corner_supports_a_prediction_and_gradients_of_the_neighbors_oppose_it(string method, bool opposed)
    {
        Run run = SmallRuns.Train(new TrainingRequest
        {
            Model = "mlp",
            Data = WriteStore(),
            Name = "xor",
            RunsDirectory = _folder.File("runs"),
            Epochs = 40,
            BatchSize = 8,
            Optimizer = "sgd",
            LearningRate = 0.05,
            Schedule = "constant",
            Seed = 3,
            Threads = 1,
        });
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), targets = new(store, "test", 0, Corners);
        Assert.Equal(1, SmallRuns.Predict(run, train).Score(train).Accuracy);
        IAttributionMethod scoring = new MethodCatalog(typeof(Trak).Assembly)
            .CreateAttribution(method, new Dictionary<string, string>(StringComparer.Ordinal));
        AttributionMatrix scores = scoring.Score(new RunView(run), train, targets, new MethodContext());
        for (int corner = 0; corner < Corners; corner++)
        {
            double[] from = [.. Enumerable.Range(0, Corners)
                .Select(other => Enumerable.Range(0, PerCorner).Average(k => (double)scores[other + Corners * k, corner]))];
            Assert.Equal(corner, Array.IndexOf(from, from.Max()));
            Assert.True(from[corner] > 0);
            if (opposed)
                Assert.All(new[] { corner ^ 1, corner ^ 2 }, neighbor => Assert.True(from[neighbor] < 0));
            Assert.All(scores.Proponents(corner, 3), strongest => Assert.Equal(corner, strongest.Train % Corners));
        }
    }

    // Two pixels, dark or bright; example k lies at corner k mod 4, whose bits are the pixels.
    private string WriteStore()
    {
        string path = _folder.File("xor.tess");
        using var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image("image", new ImageShape(1, 2, 1)), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, PerCorner * Corners), new StoreSplit("test", PerCorner * Corners, Corners)],
            Classes = ["even", "odd"],
        });
        for (int row = 0; row < (PerCorner + 1) * Corners; row++)
        {
            var random = new RandomStream(2, "xor", row);
            int corner = row % Corners;
            writer.Append([Pixel(corner & 1), Pixel(corner >> 1), .. BitConverter.GetBytes((corner & 1) ^ (corner >> 1))]);

            byte Pixel(int bright) => (byte)((bright * 180) + random.NextInt32(60));
        }

        writer.Finish();
        return path;
    }
}
