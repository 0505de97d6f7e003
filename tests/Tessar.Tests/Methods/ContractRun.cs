using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Data.UserModels;
using Tessar.Tests.Runs;
using Tessar.Training;

namespace Tessar.Tests.Methods;

/// <summary>
/// A tiny trained run for the contract of methods: 40 examples of three classes, the first two alike, three checkpoints.
/// </summary>
public sealed class ContractRun : IDisposable
{
    public const int TrainCount = 40;
    public const int TestCount = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly Run _trained;
    private readonly Dictionary<string, AttributionMatrix> _remembered = new(StringComparer.Ordinal);
    private int _copies;

    public ContractRun()
    {
        Order = [.. Enumerable.Range(0, TrainCount)];
        new RandomStream(3, "contract order").Shuffle<int>(Order);
        string path = _folder.File("contract.tess"), permuted = _folder.File("permuted.tess");
        Write(path, [.. Enumerable.Range(0, TrainCount)]);
        Write(permuted, Order);
        (Store, Permuted) = (ExampleStore.Open(path), ExampleStore.Open(permuted));
        _trained = SmallRuns.Train(new TrainingRequest
        {
            Model = TinyConvolution.Source,
            Data = path,
            Name = "trained",
            RunsDirectory = _folder.File("runs"),
            Epochs = 3,
            BatchSize = 10,
            Optimizer = "sgd",
            LearningRate = 0.05,
            Threads = 1,
        });
        Shared = Copy();
    }

    /// <summary>Row i of <see cref="Permuted"/> is row Order[i] of <see cref="Store"/>.</summary>
    public int[] Order { get; }

    public ExampleStore Store { get; }

    /// <summary>The same examples, the train set in another order.</summary>
    public ExampleStore Permuted { get; }

    /// <summary>A copy that tests share: what one keeps on disk, the next may use.</summary>
    public Run Shared { get; }

    public ExampleSet Train => new(Store, "train", 0, TrainCount);

    public ExampleSet Test => new(Store, "test", 0, TestCount);

    /// <summary>What was computed under this name before, or what is computed now.</summary>
    internal AttributionMatrix Remember(string name, Func<AttributionMatrix> compute)
    {
        if (!_remembered.TryGetValue(name, out AttributionMatrix? scores))
            _remembered.Add(name, scores = compute());
        return scores;
    }

    /// <summary>The run in a folder of its own, as it was after training: nothing on disk is reused.</summary>
    /// <param name="change">Changes the record.</param>
    public Run Copy(Func<RunRecord, RunRecord>? change = null)
    {
        string directory = Path.Combine(_folder.File("copies-" + ++_copies), "trained");
        foreach (string file in Directory.EnumerateFiles(_trained.Directory, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(directory, Path.GetRelativePath(_trained.Directory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        if (change is not null)
            RunJson.Write(
                Path.Combine(directory, RunJson.FileName), change(RunJson.Read(Path.Combine(directory, RunJson.FileName))));
        return Run.Open(directory);
    }

    /// <summary>The same weights as of a run on <see cref="Permuted"/>.</summary>
    public Run PermutedRun() => Copy(record => record with
    {
        Program = record.Program with
        {
            Data = record.Program.Data with { Name = Permuted.Path, Path = Permuted.Path, Identity = Permuted.Identity }
        },
    });

    public void Dispose()
    {
        Store.Dispose();
        Permuted.Dispose();
        _folder.Dispose();
    }

    // Class c has a bright stripe in rows 2c and 2c + 1 over noise.
    private static void Write(string path, int[] order)
    {
        using var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image("image", new ImageShape(8, 8, 1)), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, TrainCount), new StoreSplit("test", TrainCount, TestCount)],
            Classes = ["top", "middle", "bottom"],
        });
        foreach (int row in order.Concat(Enumerable.Range(TrainCount, TestCount)))
        {
            var random = new RandomStream(5, "contract", row == 1 ? 0 : row);
            int label = random.NextInt32(3);
            writer.Append([
                .. Enumerable.Range(0, 64).Select(i => (byte)(random.NextInt32(90) + (i / 16 == label ? 150 : 0))),
                .. BitConverter.GetBytes(label)
            ]);
        }

        writer.Finish();
    }
}
