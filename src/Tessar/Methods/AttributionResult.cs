using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Methods;

/// <summary>
/// An attribution kept with its run: who raised and who lowered each target's output. Reading it loads no libtorch.
/// </summary>
/// <remarks>
/// A <see cref="ResultFolder"/> whose arrays are <c>scores</c> f32 [train, targets] unless only the strongest were kept,
/// <c>proponents</c> and
/// <c>opponents</c> i32 [targets, top] (indices inside the train range), <c>proponentScores</c> and <c>opponentScores</c> f32
/// [targets, top].
/// </remarks>
public sealed class AttributionResult
{
    private const string Lens = "data";

    private AttributionResult(ResultFolder kept)
    {
        AttributionPayload payload = kept.Payload(AttributionJson.Default.AttributionPayload);
        ResultDocument envelope = kept.Document;
        Kept = kept;
        Document = new AttributionDocument
        {
            Schema = envelope.Schema,
            Method = envelope.Method,
            Run = envelope.Run,
            Created = envelope.Created,
            Checkpoints = envelope.Inputs.Checkpoints,
            DataIdentity = envelope.Inputs.DataIdentity,
            LabelsSha256 = envelope.Inputs.LabelsSha256 ?? string.Empty,
            Train = envelope.Job.Train ?? string.Empty,
            Targets = envelope.Job.Targets ?? string.Empty,
            Options = envelope.Job.Options,
            Sign = payload.Sign,
            Top = payload.Top,
            TopOnly = payload.TopOnly,
            Report = payload.Report,
            Arrays = envelope.Arrays ?? string.Empty,
            ArraysSha256 = envelope.ArraysSha256 ?? string.Empty,
        };
    }

    /// <summary>The folder and its envelope.</summary>
    public ResultFolder Kept { get; }

    /// <summary>Where the result lies, a full path.</summary>
    public string Folder => Kept.Directory;

    /// <summary>What <c>result.json</c> says.</summary>
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
        AttributionMatrix matrix, RunView run, ExampleSet train, ExampleSet targets, IReadOnlyDictionary<string, string> options,
        int top)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        return Save(TopAttribution.Of(matrix, top), matrix, run, train, targets, options);
    }

    /// <summary>
    /// Keeps the strongest examples of an attribution whose other scores aren't there; otherwise as for a matrix.
    /// </summary>
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
        TopAttribution strongest, AttributionMatrix? matrix, RunView run, ExampleSet train, ExampleSet targets,
        IReadOnlyDictionary<string, string> options)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(options);
        RefuseInfinite(strongest.Report, run.Run);
        var document = new ResultDocument
        {
            Lens = Lens,
            Method = strongest.Report.Method,
            Run = run.Run.Name,
            Created = DateTimeOffset.UtcNow,
            Job = new ResultJob
            {
                Question = Lens,
                Method = strongest.Report.Method,
                Options = options,
                Settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    ["top"] = strongest.Top.ToString(CultureInfo.InvariantCulture),
                    ["top-only"] = matrix is null ? "true" : "false",
                },
                Runs = [.. run.Checkpoints.Select(c => c.Run.Name).Distinct(StringComparer.Ordinal)],
                Train = train.ToString(),
                Targets = targets.ToString(),
            },
            Inputs = ResultInputs.Of(run, train),
            Seconds = strongest.Report.SecondsFeatures + strongest.Report.SecondsScoring,
            Checks = strongest.Report.Checks,
            Remarks = strongest.Report.Remarks,
            Payload = PayloadOf(strongest, matrix is null),
        };
        return new AttributionResult(ResultFolder.Save(run.Run, document, writer => Write(writer, strongest, matrix)));
    }

    /// <summary>Opens a result.</summary>
    /// <param name="folder">The folder that holds <c>result.json</c>.</param>
    /// <exception cref="FileFormatException">The result is damaged or of another schema.</exception>
    public static AttributionResult Open(string folder) => new(ResultFolder.Open(folder));

    /// <summary>A result that is open already.</summary>
    internal static AttributionResult Of(ResultFolder kept) => new(kept);

    /// <summary>The folders of all attributions kept with a run, newest first.</summary>
    /// <param name="run">The run.</param>
    public static IReadOnlyList<string> FoldersOf(Run run) => ResultCatalog.FoldersOf(run, Lens);

    /// <summary>Whether a checkpoint it was made from is no longer the one the run records.</summary>
    /// <param name="run">The run it is kept with, as it is now.</param>
    public bool IsStale(Run run) => Kept.Staleness(run) is not null;

    /// <summary>Opens the arrays, after making sure once that they are those that were written.</summary>
    /// <returns>The file; the caller disposes it.</returns>
    /// <exception cref="FileFormatException">The arrays were changed, or are damaged.</exception>
    /// <exception cref="TessarException">The file is missing.</exception>
    internal SafetensorsFile OpenArrays() => Kept.OpenArrays();

    /// <summary>
    /// Refuses a report whose numbers overflowed before the scores did: scores themselves are looked at where they are made.
    /// </summary>
    /// <exception cref="NumericalException">A number isn't finite.</exception>
    internal static void RefuseInfinite(AttributionReport report, Run run)
    {
        IEnumerable<(string Name, double Value)> numbers =
        [
            .. report.Damping.Select(damping => ("damping", damping)),
            .. report.Checks.Select(check => (check.Name, check.Value)), ("gradient-check", report.GradientCheck),
        ];
        foreach ((string name, double value) in numbers)
        {
            if (!double.IsFinite(value))
            {
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.Method}: {name} is {value} on {run.Name}, and a finite number is required: the model's weights or "
                        + $"gradients are too large. ")
                    + "Train it again with a lower learning rate, or look at a method that needs no gradients.");
            }
        }
    }

    /// <summary>What the Data lens adds to the envelope.</summary>
    internal static JsonElement PayloadOf(TopAttribution strongest, bool isTopOnly) => JsonSerializer.SerializeToElement(
        new AttributionPayload
        {
            Sign = AttributionDocument.MeaningOfSign,
            Top = strongest.Top,
            TopOnly = isTopOnly,
            Report = strongest.Report
        },
        AttributionJson.Default.AttributionPayload);

    /// <summary>The strongest proponents and opponents of one target, strongest first.</summary>
    /// <param name="target">Index inside the target range, 0-based.</param>
    /// <exception cref="FileFormatException">The array file is damaged.</exception>
    public (IReadOnlyList<ScoredExample> Proponents, IReadOnlyList<ScoredExample> Opponents) Top(int target)
    {
        using SafetensorsFile file = OpenArrays();
        return (ReadRow(file, "proponents", "proponentScores", target), ReadRow(file, "opponents", "opponentScores", target));
    }

    private static ScoredExample[] ReadRow(SafetensorsFile file, string indices, string scores, int target)
    {
        if (!file.TryGet(indices, out TensorEntry? i) || !file.TryGet(scores, out TensorEntry? s) || i.Type != ElementType.I32
            || s.Type != ElementType.F32 || i.Shape.Count != 2 || !i.Shape.SequenceEqual(s.Shape))
        {
            throw new FileFormatException(
                file.Path, null, $"`{indices}` i32 and `{scores}` f32 of one shape [targets, top]", "other arrays",
                ResultFolder.Remedy);
        }

        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, i.Shape[0]);
        int top = (int)i.Shape[1];
        ReadOnlySpan<int> trains = MemoryMarshal.Cast<byte, int>(file.Bytes(
            i, (long)target * top * sizeof(int), top * sizeof(int)));
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(file.Bytes(
            s, (long)target * top * sizeof(float), top * sizeof(float)));
        var row = new ScoredExample[top];
        for (int r = 0; r < top; r++)
            row[r] = new ScoredExample(trains[r], values[r]);
        return row;
    }

    /// <summary>Adds an attribution's arrays; without a matrix the strongest only.</summary>
    internal static void Write(SafetensorsWriter writer, TopAttribution strongest, AttributionMatrix? matrix)
    {
        int targets = strongest.TargetCount, top = strongest.Top;
        int[] proponents = new int[targets * top], opponents = new int[targets * top];
        float[] proponentScores = new float[targets * top], opponentScores = new float[targets * top];
        for (int j = 0; j < targets; j++)
        {
            Place(strongest.Proponents(j), proponents, proponentScores, j * top);
            Place(strongest.Opponents(j), opponents, opponentScores, j * top);
        }

        if (matrix is not null)
            writer.Add("scores", matrix.Scores, matrix.TrainCount, targets);
        writer.Add("proponents", proponents, targets, top);
        writer.Add("proponentScores", proponentScores, targets, top);
        writer.Add("opponents", opponents, targets, top);
        writer.Add("opponentScores", opponentScores, targets, top);
    }

    private static void Place(IReadOnlyList<ScoredExample> influences, int[] indices, float[] scores, int at)
    {
        for (int r = 0; r < influences.Count; r++)
            (indices[at + r], scores[at + r]) = (influences[r].Train, influences[r].Score);
    }
}
