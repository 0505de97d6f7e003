using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Methods;

/// <summary>An attribution kept with its run: who raised and who lowered each target's output. Reading it loads no libtorch.</summary>
/// <remarks>
/// Folder <c>results/LENS/METHOD/KEY</c> with <c>result.json</c> and <c>arrays.safetensors</c>: <c>scores</c> f32 [train, targets] unless only
/// the strongest were kept, <c>proponents</c> and <c>opponents</c> i32 [targets, top] (indices inside the train range), <c>proponentScores</c> and
/// <c>opponentScores</c> f32 [targets, top]. The key is a hash of everything the numbers depend on, so nothing is ever overwritten.
/// </remarks>
public sealed class AttributionResult
{
    private const int CodeVersion = 2;
    private const string FileName = "result.json";
    private static readonly ConcurrentDictionary<(string Path, DateTime Written, long Bytes), byte> s_intact = new();

    private AttributionResult(string folder, AttributionDocument document) => (Folder, Document) = (folder, document);

    /// <summary>Where the result lies, a full path.</summary>
    public string Folder { get; }

    /// <summary>The content of <c>result.json</c>.</summary>
    public AttributionDocument Document { get; }

    /// <summary>The array file, a full path.</summary>
    public string ArraysPath => Path.Combine(Folder, Document.Arrays);

    /// <summary>Keeps a result with its run; one that is there already, made from the same inputs, stays as it is.</summary>
    /// <param name="matrix">The scores.</param>
    /// <param name="run">What was explained.</param>
    /// <param name="train">The train examples of the scores' rows.</param>
    /// <param name="targets">The targets of the scores' columns.</param>
    /// <param name="options">The method's effective options.</param>
    /// <param name="top">Proponents and opponents to keep per target, at least 1.</param>
    /// <exception cref="TessarException">The run's folder can't be written to, or the disk is full.</exception>
    public static AttributionResult Save(
        AttributionMatrix matrix, RunView run, ExampleSet train, ExampleSet targets, IReadOnlyDictionary<string, string> options, int top)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        return Save(TopAttribution.Of(matrix, top), matrix, run, train, targets, options);
    }

    /// <summary>Keeps the strongest examples of an attribution whose other scores aren't there; otherwise as for a matrix.</summary>
    /// <param name="strongest">The strongest.</param>
    /// <param name="run">What was explained.</param>
    /// <param name="train">The train examples.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="options">The method's effective options.</param>
    /// <exception cref="TessarException">The run's folder can't be written to, or the disk is full.</exception>
    public static AttributionResult Save(
        TopAttribution strongest, RunView run, ExampleSet train, ExampleSet targets, IReadOnlyDictionary<string, string> options)
    {
        ArgumentNullException.ThrowIfNull(strongest);
        return Save(strongest, matrix: null, run, train, targets, options);
    }

    private static AttributionResult Save(
        TopAttribution strongest, AttributionMatrix? matrix, RunView run, ExampleSet train, ExampleSet targets, IReadOnlyDictionary<string, string> options)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(options);
        RefuseInfinite(strongest.Report, run);
        var document = new AttributionDocument
        {
            Method = strongest.Report.Method,
            Run = run.Run.Name,
            Created = DateTimeOffset.UtcNow,
            Checkpoints = [.. run.Checkpoints.Select(c => new ResultCheckpoint(
                c.Run.Name, Path.GetRelativePath(c.Run.Directory, c.Checkpoint.File), c.Checkpoint.Step, c.Checkpoint.Sha256))],
            ModelCode = ModelCodeOf(run),
            DataIdentity = train.Store.Identity,
            LabelsSha256 = HashOfLabels(train),
            Train = train.ToString(),
            Targets = targets.ToString(),
            Options = options,
            Top = strongest.Top,
            TopOnly = matrix is null,
            Report = strongest.Report,
            ArraysSha256 = string.Empty,
        };
        string folder = Path.Combine([run.Run.Directory, "results", .. document.Method.Split('/'), KeyOf(document)]);
        if (File.Exists(Path.Combine(folder, FileName)))
            return Open(folder);
        string arrays = Path.Combine(folder, document.Arrays);
        WriteArrays(arrays, strongest, matrix);
        document = document with { ArraysSha256 = FileHash.Of(arrays) };
        SealedJson.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(document, ResultJson.Default.AttributionDocument));
        return new AttributionResult(folder, document);
    }

    /// <summary>Opens a result.</summary>
    /// <param name="folder">The folder that holds <c>result.json</c>.</param>
    /// <exception cref="FileFormatException">The result is damaged or of another schema.</exception>
    public static AttributionResult Open(string folder)
    {
        string path = Path.Combine(Path.GetFullPath(folder), FileName);
        const string remedy = "Delete this result's folder and attribute again.";
        try
        {
            byte[] json = File.ReadAllBytes(path);
            SealedJson.Check(path, json, remedy);
            AttributionDocument? document = JsonSerializer.Deserialize(json, ResultJson.Default.AttributionDocument);
            if (document is not { Schema: 1 })
                throw new FileFormatException(path, null, "a result of schema 1", $"schema {document?.Schema}", "Read it with a newer Tessar.");
            return new AttributionResult(Path.GetFullPath(folder), document);
        }
        catch (JsonException e)
        {
            throw new FileFormatException(path, null, "an attribution's result", "something else", remedy, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException($"{path} can't be read: {e.Message.TrimEnd('.')}. {remedy}", ErrorKind.InputData, e);
        }
    }

    /// <summary>The folders of all attributions kept with a run, newest first.</summary>
    /// <param name="run">The run.</param>
    public static IReadOnlyList<string> FoldersOf(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        string root = Path.Combine(run.Directory, "results", "data");
        if (!Directory.Exists(root))
            return [];
        return [.. Directory.EnumerateFiles(root, FileName, SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc).ThenBy(file => file, StringComparer.Ordinal)
            .Select(file => Path.GetDirectoryName(file)!)];
    }

    /// <summary>Whether a checkpoint it was made from is no longer the one the run records.</summary>
    /// <param name="run">The run it is kept with, as it is now.</param>
    public bool IsStale(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (Document.ModelCode is { } code && code != Code(run)) || Document.DataIdentity != run.Record.Program.Data.Identity || Document.Checkpoints.Any(c =>
            c.Run == run.Name && !IsThere(run, c));
    }

    private static string? ModelCodeOf(RunView view) => view.Checkpoints.Select(c => Code(c.Run)).Distinct(StringComparer.Ordinal).ToArray() is var all
        && all is [null] ? null : string.Join('\n', all);

    private static string? Code(Run run) => run.ModelKey is { Length: > 0 } key ? key : null;

    // Models of an ensemble lie outside the run's folder and aren't among its checkpoints.
    private static bool IsThere(Run run, ResultCheckpoint checkpoint) =>
        run.Checkpoints.Any(known => known.Step == checkpoint.Step && known.Sha256 == checkpoint.Sha256)
        || (checkpoint.File.StartsWith("..", StringComparison.Ordinal) && File.Exists(Path.Combine(run.Directory, checkpoint.File)));

    /// <summary>The strongest proponents and opponents of one target, strongest first.</summary>
    /// <param name="target">Index inside the target range, 0-based.</param>
    /// <exception cref="FileFormatException">The array file is damaged.</exception>
    public (IReadOnlyList<Influence> Proponents, IReadOnlyList<Influence> Opponents) Top(int target)
    {
        using SafetensorsFile file = OpenArrays();
        return (ReadRow(file, "proponents", "proponentScores", target), ReadRow(file, "opponents", "opponentScores", target));
    }

    /// <summary>Opens the arrays, after making sure once that they are those that were written.</summary>
    /// <returns>The file; the caller disposes it.</returns>
    /// <exception cref="FileFormatException">The arrays were changed, or are damaged.</exception>
    /// <exception cref="TessarException">The file is missing.</exception>
    internal SafetensorsFile OpenArrays()
    {
        var file = new FileInfo(ArraysPath);
        (string, DateTime, long) key = (file.FullName, file.Exists ? file.LastWriteTimeUtc : default, file.Exists ? file.Length : 0);
        if (!s_intact.ContainsKey(key))
        {
            FileHash.Check(ArraysPath, Document.ArraysSha256, "Delete this result's folder and attribute again.");
            s_intact.TryAdd(key, 0);
        }

        return SafetensorsFile.Open(ArraysPath);
    }

    internal static string HashOfLabels(ExampleSet set)
    {
        int[] labels = [.. Enumerable.Range(0, set.Count).Select(set.Label)];
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(labels.AsSpan())));
    }

    // Scores are looked at where they are made; what is said about them can overflow before they do.
    private static void RefuseInfinite(AttributionReport report, RunView run)
    {
        IEnumerable<(string Name, double Value)> numbers =
        [
            .. report.Damping.Select(damping => ("damping", damping)), .. report.Checks.Select(check => (check.Name, check.Value)), ("gradient-check", report.GradientCheck),
        ];
        foreach ((string name, double value) in numbers)
        {
            if (!double.IsFinite(value))
            {
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.Method}: {name} is {value} on {run.Run.Name}, and a finite number is required: the model's weights or gradients are too large. ")
                    + "Train it again with a lower learning rate, or look at a method that needs no gradients.");
            }
        }
    }

    private static Influence[] ReadRow(SafetensorsFile file, string indices, string scores, int target)
    {
        if (!file.TryGet(indices, out TensorEntry? i) || !file.TryGet(scores, out TensorEntry? s) || i.Type != ElementType.I32
            || s.Type != ElementType.F32 || i.Shape.Count != 2 || !i.Shape.SequenceEqual(s.Shape))
        {
            throw new FileFormatException(
                file.Path, null, $"`{indices}` i32 and `{scores}` f32 of one shape [targets, top]", "other arrays",
                "Delete this result's folder and attribute again.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, i.Shape[0]);
        int top = (int)i.Shape[1];
        ReadOnlySpan<int> trains = MemoryMarshal.Cast<byte, int>(file.Bytes(i, (long)target * top * sizeof(int), top * sizeof(int)));
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(file.Bytes(s, (long)target * top * sizeof(float), top * sizeof(float)));
        var row = new Influence[top];
        for (int r = 0; r < top; r++)
            row[r] = new Influence(trains[r], values[r]);
        return row;
    }

    private static void WriteArrays(string path, TopAttribution strongest, AttributionMatrix? matrix)
    {
        int targets = strongest.TargetCount, top = strongest.Top;
        int[] proponents = new int[targets * top], opponents = new int[targets * top];
        float[] proponentScores = new float[targets * top], opponentScores = new float[targets * top];
        for (int j = 0; j < targets; j++)
        {
            Place(strongest.Proponents(j), proponents, proponentScores, j * top);
            Place(strongest.Opponents(j), opponents, opponentScores, j * top);
        }

        var writer = new SafetensorsWriter();
        if (matrix is not null)
            writer.Add("scores", matrix.Scores, matrix.TrainCount, targets);
        writer.Add("proponents", proponents, targets, top);
        writer.Add("proponentScores", proponentScores, targets, top);
        writer.Add("opponents", opponents, targets, top);
        writer.Add("opponentScores", opponentScores, targets, top);
        writer.Save(path);
    }

    private static void Place(IReadOnlyList<Influence> influences, int[] indices, float[] scores, int at)
    {
        for (int r = 0; r < influences.Count; r++)
            (indices[at + r], scores[at + r]) = (influences[r].Train, influences[r].Score);
    }

    // Everything that decides the numbers, nothing that doesn't: not the time, not the seconds it took.
    private static string KeyOf(AttributionDocument d)
    {
        IEnumerable<string> parts =
        [
            CodeVersion.ToString(CultureInfo.InvariantCulture), d.Method, d.DataIdentity, d.LabelsSha256, d.Train, d.Targets,
            d.Top.ToString(CultureInfo.InvariantCulture), .. Enumerable.Repeat("top only", d.TopOnly ? 1 : 0),
            .. d.Checkpoints.Select(c => c.Sha256), .. Enumerable.Repeat(d.ModelCode ?? string.Empty, d.ModelCode is null ? 0 : 1), .. d.Options.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key}={o.Value}"),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..16];
    }
}
