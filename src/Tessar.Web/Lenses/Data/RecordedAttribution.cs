using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Web.Recorded;

namespace Tessar.Web.Lenses.Data;

/// <summary>
/// A result of the Data lens in the words of the pages: indices within splits, and the way from a training example to targets.
/// </summary>
internal sealed class RecordedAttribution
{
    private readonly AttributionResult _result;

    private RecordedAttribution(AttributionResult result, ExampleRange train, ExampleRange targets) =>
        (_result, Train, Targets) = (result, train, targets);

    public AttributionDocument Document => _result.Document;

    public ExampleRange Train { get; }

    public ExampleRange Targets { get; }

    /// <summary>The results of a run, newest first; those that can't be read are handed to <paramref name="onDamage"/>.</summary>
    public static IReadOnlyList<RecordedAttribution> Of(Run run, Action<TessarException>? onDamage = null)
    {
        var results = new List<RecordedAttribution>();
        foreach (string folder in AttributionResult.FoldersOf(run))
        {
            try
            {
                results.Add(Open(folder));
            }
            catch (TessarException error)
            {
                onDamage?.Invoke(error);
            }
        }

        return [.. results.OrderByDescending(found => found.Document.Created)];
    }

    /// <summary>Why the result no longer fits the run, as a sentence; null when it does.</summary>
    public string? Staleness(Run run)
    {
        if (!_result.IsStale(run))
            return null;
        return Document.DataIdentity != run.Record.Program.Data.Identity
            ? "it was computed for other data than the run records."
            : "the run no longer has all the weights it was computed from.";
    }

    /// <summary>One target with the examples behind it, strongest first.</summary>
    /// <param name="index">The target's index within its split, covered by <see cref="Targets"/>.</param>
    /// <param name="examples">The run's.</param>
    /// <exception cref="TessarException">
    /// The array file is damaged or doesn't fit the document, or the data haven't these examples.
    /// </exception>
    public ExplainedTarget Explain(int index, RunExamples examples)
    {
        CheckArrays();
        int target = index - Targets.First;
        return ExplainedTarget.Of(_result.Top(target), target, examples.Set(Train), examples.Set(Targets));
    }

    /// <summary>
    /// The targets in whose lists a training example stands, strongest first, by their index within their split.
    /// </summary>
    /// <param name="index">The training example's index within its split, covered by <see cref="Train"/>.</param>
    /// <exception cref="FileFormatException">The array file is damaged or doesn't fit the document.</exception>
    public (IReadOnlyList<(int Target, float Score)> Raised, IReadOnlyList<(int Target, float Score)> Lowered) Reach(int index)
    {
        CheckArrays();
        using SafetensorsFile file = _result.OpenArrays();
        return (Reach(file, "proponents", "proponentScores", index), Reach(file, "opponents", "opponentScores", index));
    }

    private static RecordedAttribution Open(string folder)
    {
        AttributionResult opened = AttributionResult.Open(folder);
        AttributionDocument document = opened.Document;
        string file = opened.Kept.DocumentPath;
        if (!ExampleRange.TryParse(document.Train, out ExampleRange train))
            throw Refuse(file, "a range of training examples such as `train:0-9999`", $"`{document.Train}`");
        if (!ExampleRange.TryParse(document.Targets, out ExampleRange targets))
            throw Refuse(file, "a range of targets such as `test:0-1999`", $"`{document.Targets}`");
        if (document.Arrays is not { Length: > 0 } arrays || arrays != Path.GetFileName(arrays))
            throw Refuse(file, "the name of an array file beside it", $"`{document.Arrays}`");
        return new RecordedAttribution(opened, train, targets);
    }

    private IReadOnlyList<(int Target, float Score)> Reach(SafetensorsFile file, string lists, string listScores, int index)
    {
        int[] indices = file.ReadInt32s(lists);
        float[] scores = file.ReadSingles(listScores);
        int top = indices.Length / Targets.Count;
        return
        [
            .. Enumerable.Range(0, indices.Length).Where(place => indices[place] == index - Train.First)
                .Select(place => (Targets.First + place / top, scores[place]))
                .OrderByDescending(target => Math.Abs(target.Item2)),
        ];
    }

    // An array file of another size would give rows of other targets, or examples that aren't there.
    private void CheckArrays()
    {
        using SafetensorsFile file = _result.OpenArrays();
        foreach ((string lists, string scores) in new[] { ("proponents", "proponentScores"), ("opponents", "opponentScores") })
        {
            if (!file.TryGet(lists, out TensorEntry? entry) || !file.TryGet(scores, out TensorEntry? scoreEntry)
                || entry.Shape is not [var rows, > 0] || rows != Targets.Count || !entry.Shape.SequenceEqual(scoreEntry.Shape))
                throw Refuse(
                    file.Path, $"`{lists}` and `{scores}` of one shape [{Targets.Count}, top]",
                    "arrays of another shape, or none");
            if (Array.FindIndex(file.ReadInt32s(lists), train => train < 0 || train >= Train.Count) is >= 0 and var place)
                throw Refuse(
                    file.Path, $"training examples from 0 to {Train.Count - 1} in `{lists}`", $"another at place {place}");
        }
    }

    private static FileFormatException Refuse(string path, string expected, string found) =>
        new(path, null, expected, found, "Delete this result's folder and attribute again.");
}
