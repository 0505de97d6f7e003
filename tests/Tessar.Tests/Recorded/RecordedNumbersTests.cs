using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Gradients.Projections;
using Tessar.Results;
using Tessar.Tensors;
using Tessar.Tests.Cli;
using Tessar.Training;

namespace Tessar.Tests.Recorded;

/// <summary>A training, its scores, its replay and a row of the study are what they were before the house was rebuilt.</summary>
/// <remarks>
/// Rounding depends on the processor: libtorch and MKL choose kernels by it. With the kernels of other processors (forced by
/// ATEN_CPU_CAPABILITY, MKL_CBWR and MKL_ENABLE_INSTRUCTIONS, ten settings) these 96 steps end with losses that differ by at most
/// 6e-8 of themselves, scores by 5e-5 of the target's largest, outputs of the retrained models by 3e-6 and the LDS by nothing.
/// The bounds are ten times that. Where the weights are the recorded ones bit for bit, so are the scores.
/// </remarks>
public sealed class RecordedNumbersTests : IDisposable
{
    private const double LossTolerance = 6e-7;
    private const double ScoreTolerance = 5e-4;
    private const double OutputTolerance = 3e-5;

    // Two outputs in the wrong order change the correlation of one target of 20 by 6 · 2 / (10 · 99).
    private const double LdsTolerance = 2 * 6.0 * 2 / (10 * 99) / 20;

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public void Training_scores_replay_and_a_row_of_the_study_are_those_recorded()
    {
        JsonElement trained = _tool.Json(
            "train", "--model", "mlp", "--data", "fashion-mnist-mini", "--train", "train:0-1999", "--test", "test:0-199", "--epochs",
            "3", "--seed", "5", "--name", "m", "--quiet");
        JsonElement recorded = RecordedNumbers.Of("training");
        Assert.Equal(recorded.GetProperty("steps").GetInt32(), trained.GetProperty("steps").GetInt32());
        foreach (string loss in new[] { "trainLoss", "testLoss" })
            AssertNear(recorded, trained, loss, LossTolerance * recorded.GetProperty(loss).GetDouble());
        // One example on the edge of two classes.
        AssertNear(recorded, trained, "trainAccuracy", 1.0 / 2000 + 1e-9);
        AssertNear(recorded, trained, "testAccuracy", 1.0 / 200 + 1e-9);

        JsonElement scored = _tool.Json(
            "attribute", "m", "--method", "data/trak", "--targets", "test:0-9", "--train", "train:0-499", "--set", "damping=0.3",
            "--quiet");
        AssertScores(scored.GetProperty("targets"));
        bool isSameBits = RecordedNumbers.HashOf(trained.GetProperty("checkpoint").GetString()!)
            == recorded.GetProperty("checkpointSha256").GetString();
        if (isSameBits)
        {
            Assert.Equal(
                recorded.GetProperty("scoresSha256").GetString(),
                RecordedNumbers.HashOf(scored.GetProperty("scores").GetString()!));
        }

        JsonElement replayed = _tool.Json("replay", "m", "--quiet");
        Assert.True(replayed.GetProperty("bitEqual").GetBoolean(), replayed.GetRawText());
        Assert.All(
            replayed.GetProperty("checkpoints").EnumerateArray(),
            checkpoint => Assert.Equal(
                checkpoint.GetProperty("recorded").GetString(), checkpoint.GetProperty("replayed").GetString()));

        JsonElement row = _tool.Json(
            "evaluate", "lds", "m", "--method", "data/trak", "--targets", "test:0-19", "--subsets", "10", "--seeds", "1", "--train",
            "train:0-999", "--set", "damping=0.3", "--quiet");
        AssertRetrained(RecordedNumbers.Of("lds"));
        AssertNear(RecordedNumbers.Of("lds"), row, "lds", LdsTolerance);
    }

    [Fact]
    public void Planted_errors_of_the_demo_are_those_recorded()
    {
        using ExampleStore store = DataCatalog.Open("fashion-mnist-mini", cancellation: TestContext.Current.CancellationToken);
        var planted = LabelOverlay.Plant(store, "train", 0.05, seed: 1);
        JsonElement recorded = RecordedNumbers.Of("demo");
        Assert.Equal(recorded.GetProperty("planted").GetInt32(), planted.Edits.Count);
        string lines = string.Join('\n', planted.Edits.OrderBy(edit => edit.Key).Select(edit =>
            FormattableString.Invariant($"{edit.Key}:{edit.Value}")));
        Assert.Equal(recorded.GetProperty("plantedSha256").GetString(), RecordedNumbers.HashOf(Encoding.ASCII.GetBytes(lines)));
    }

    // What decides these doesn't round: their code was taken over unchanged, and with it every bit.
    [Theory]
    [InlineData(0, "b3866c6d7b2f7a43")]
    [InlineData(1, "66adc1328de809c1")]
    [InlineData(2, "f9d6e7884bfdd36e")]
    public void Order_of_an_epoch_is_that_recorded(int epoch, string hash)
    {
        int[] order = new int[2000];
        EpochOrder.Fill(order, seed: 5, epoch);
        Assert.Equal(hash, RecordedNumbers.HashOf(MemoryMarshal.AsBytes(order.AsSpan()))[..16]);
    }

    [Fact]
    public void Random_projection_is_that_recorded()
    {
        uint[] table = SketchHash.Table(SketchHash.Key(seed: 7, checkpoint: 11, table: 2), 4096, 512);
        Assert.Equal("8ba33d06f7311a36", RecordedNumbers.HashOf(MemoryMarshal.AsBytes(table.AsSpan()))[..16]);
        long[] subset = SketchHash.Subset(SketchHash.Key(seed: 7, checkpoint: 11, table: 2), 4096, 512);
        Assert.Equal("ad9c4180582ff688", RecordedNumbers.HashOf(MemoryMarshal.AsBytes(subset.AsSpan()))[..16]);
    }

    // A key that changes loses every result there is: they are computed anew.
    [Fact]
    public void Key_of_a_result_is_that_recorded()
    {
        var job = new ResultJob
        {
            Question = "data",
            Method = "data/trak",
            Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["damping"] = "0.3", ["seed"] = "0" },
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["top"] = "10" },
            Runs = ["m"],
            Train = "train:0-499",
            Targets = "test:0-9",
            Seed = 3,
            MemoryBudget = 1 << 30,
        };
        var inputs = new ResultInputs
        {
            Checkpoints = [new ResultCheckpoint("m", "checkpoints/step-00000096.safetensors", 96, new string('a', 64))],
            Models = ["mlp"],
            DataIdentity = new string('b', 64),
            LabelsSha256 = new string('c', 64),
            Code = 2,
        };
        Assert.Equal("45c31cc6598aacf4", ResultKey.Of(job, inputs));
    }

    private static void AssertScores(JsonElement targets)
    {
        JsonElement[] recorded = [.. RecordedNumbers.Of("attribution").EnumerateArray()];
        Assert.Equal(recorded.Length, targets.GetArrayLength());
        for (int t = 0; t < recorded.Length; t++)
        {
            double largest = recorded[t].GetProperty("proponents")[0][1].GetDouble();
            foreach (string list in new[] { "proponents", "opponents" })
            {
                JsonElement[] wanted = [.. recorded[t].GetProperty(list).EnumerateArray()];
                JsonElement[] found = [.. targets[t].GetProperty(list).EnumerateArray()];
                Assert.Equal(wanted.Length, found.Length);
                for (int i = 0; i < wanted.Length; i++)
                {
                    Assert.Equal(wanted[i][1].GetDouble(), found[i].GetProperty("score").GetDouble(), ScoreTolerance * largest);
                    // Two scores that rounding can't tell apart may change places.
                    bool isAlone = Enumerable.Range(0, wanted.Length).All(j =>
                        j == i || Math.Abs(wanted[j][1].GetDouble() - wanted[i][1].GetDouble()) > 2 * ScoreTolerance * largest);
                    if (isAlone && i < wanted.Length - 1)
                        Assert.Equal(wanted[i][0].GetInt32(), found[i].GetProperty("index").GetInt32());
                }
            }
        }
    }

    private void AssertRetrained(JsonElement recorded)
    {
        string folder = Assert.Single(Directory.GetDirectories(_tool.File("runs/retrained")));
        using SafetensorsFile masks = SafetensorsFile.Open(Path.Combine(folder, "masks.safetensors"));
        Assert.Equal(recorded.GetProperty("masksSha256").GetString(), RecordedNumbers.HashOf(masks.ReadBytes("masks")));
        using SafetensorsFile outputs = SafetensorsFile.Open(Path.Combine(folder, "outputs.safetensors"));
        float[] found = outputs.ReadSingles("outputs");
        double[] wanted = [.. recorded.GetProperty("outputs").EnumerateArray()
            .SelectMany(model => model.EnumerateArray().Select(output => output.GetDouble()))];
        Assert.Equal(wanted.Length, found.Length);
        for (int i = 0; i < wanted.Length; i++)
            Assert.Equal(wanted[i], found[i], OutputTolerance);
    }

    private static void AssertNear(JsonElement recorded, JsonElement found, string name, double tolerance) =>
        Assert.Equal(recorded.GetProperty(name).GetDouble(), found.GetProperty(name).GetDouble(), tolerance);
}
