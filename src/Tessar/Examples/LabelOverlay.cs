using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;
using Tessar.Examples.Storage;

namespace Tessar.Examples;

/// <summary>A recorded edit of some labels of a split, made by a seed; the store is left as it is.</summary>
/// <remarks>
/// Used to plant label errors whose places are known, so that a method which looks for wrong labels can be judged.
/// </remarks>
public sealed class LabelOverlay
{
    private const int Schema = 1;

    private LabelOverlay(string storeIdentity, string split, double fraction, ulong seed, Dictionary<long, int> edits)
    {
        (StoreIdentity, Split, Fraction, Seed) = (storeIdentity, split, fraction, seed);
        Edits = new ReadOnlyDictionary<long, int>(edits);
    }

    /// <summary>Identity of the store whose labels are edited.</summary>
    public string StoreIdentity { get; }

    /// <summary>Name of the split whose labels are edited.</summary>
    public string Split { get; }

    /// <summary>Part of the split's labels that is edited, in [0, 1].</summary>
    public double Fraction { get; }

    /// <summary>The seed that chose rows and labels.</summary>
    public ulong Seed { get; }

    /// <summary>New label of each edited row of the store; never the stored one.</summary>
    public IReadOnlyDictionary<long, int> Edits { get; }

    /// <summary>
    /// Gives round(fraction · examples) distinct examples of a split another label, each of the others equally likely.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="split">Name of the split.</param>
    /// <param name="fraction">In [0, 1]; a count of exactly one half is rounded up.</param>
    /// <param name="seed">Chooses rows and labels; the same seed gives the same edits.</param>
    /// <exception cref="ArgumentException">
    /// No such split, a fraction outside [0, 1], or edits asked for with a single class.
    /// </exception>
    public static LabelOverlay Plant(ExampleStore store, string split, double fraction, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoreSplit rows = store.Split(split);
        if (fraction is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(fraction), fraction, "The fraction of labels to edit has to lie in [0, 1].").ForUser();
        }

        if (rows.Count > Array.MaxLength)
        {
            throw new ArgumentException(
                $"`{split}` has {rows.Count} examples; labels can be edited in at most {Array.MaxLength}.", nameof(split))
                    .ForUser(ErrorKind.InputData);
        }

        int edits = (int)Math.Round(fraction * rows.Count, MidpointRounding.AwayFromZero);
        if (edits > 0 && store.ClassNames.Count < 2)
        {
            throw new ArgumentException(
                $"{store.Path} has {store.ClassNames.Count} classes; editing labels takes at least 2.", nameof(store))
                    .ForUser(ErrorKind.InputData);
        }

        // The first `edits` places of a Fisher–Yates shuffle.
        var order = new int[rows.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        var random = new RandomStream(seed, "planted labels");
        var labels = new List<KeyValuePair<long, int>>(edits);
        for (int i = 0; i < edits; i++)
        {
            int j = i + random.NextInt32(order.Length - i);
            (order[i], order[j]) = (order[j], order[i]);
            long row = rows.First + order[i];
            int stored = store.StoredLabel(row);
            int other = random.NextInt32(store.ClassNames.Count - 1);
            labels.Add(new(row, other < stored ? other : other + 1));
        }

        return new LabelOverlay(store.Identity, split, fraction, seed, new(labels.OrderBy(pair => pair.Key)));
    }

    /// <summary>True when the row's label is edited.</summary>
    /// <param name="row">Row of the store.</param>
    public bool IsEdited(long row) => Edits.ContainsKey(row);

    /// <summary>Writes the overlay as JSON: what it is and one entry for each edit, in the order of the rows.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public void Save(string path)
    {
        OverlayEdit[] edits = [.. Edits.OrderBy(edit => edit.Key).Select(edit => new OverlayEdit(edit.Key, edit.Value))];
        var file = new OverlayFile(Schema, StoreIdentity, Split, Fraction, Seed, edits);
        SealedJson.Write(path, JsonSerializer.Serialize(file, ManifestJson.Default.OverlayFile));
    }

    /// <summary>Reads an overlay and holds it against its store.</summary>
    /// <param name="path">The file that <see cref="Save"/> wrote.</param>
    /// <param name="store">The store it was made for.</param>
    /// <exception cref="FileFormatException">
    /// Not an overlay, made for another store, or with a row or label that the store doesn't have.
    /// </exception>
    /// <exception cref="TessarException">The file is missing or can't be read.</exception>
    public static LabelOverlay Load(string path, ExampleStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        OverlayFile file;
        using (MappedFile bytes = MappedFile.Open(path, "Check the path."))
        {
            path = bytes.Path;
            file = Parse(bytes);
        }

        if (file.Schema != Schema)
            throw Refuse(path, $"schema {Schema}", $"{file.Schema}");
        if (file.Fraction is not (>= 0 and <= 1))
            throw Refuse(path, "a fraction in [0, 1]", string.Create(CultureInfo.InvariantCulture, $"{file.Fraction}"));
        if (file.StoreIdentity != store.Identity)
            throw Refuse(path, $"labels for the store {store.Path} ({store.Identity})", $"labels for {file.StoreIdentity}");
        StoreSplit split = store.Splits.FirstOrDefault(split => split.Name == file.Split)
            ?? throw Refuse(path, "a split of the store", $"`{file.Split}`");
        var edits = new Dictionary<long, int>(file.Edits.Count);
        foreach (OverlayEdit? edit in file.Edits)
        {
            if (edit is null || edit.Row < split.First || edit.Row >= split.First + split.Count)
                throw Refuse(path, $"rows {split.First} to {split.First + split.Count - 1} (`{split.Name}`)", $"row {edit?.Row}");
            if ((uint)edit.Label >= (uint)store.ClassNames.Count || edit.Label == store.StoredLabel(edit.Row))
                throw Refuse(path, $"another label from 0 to {store.ClassNames.Count - 1} for row {edit.Row}", $"{edit.Label}");
            if (!edits.TryAdd(edit.Row, edit.Label))
                throw Refuse(path, "each row once", $"row {edit.Row} again");
        }

        return new LabelOverlay(file.StoreIdentity, file.Split, file.Fraction, file.Seed, edits);
    }

    /// <exception cref="ArgumentException">The overlay was made for another store.</exception>
    internal void CheckStore(ExampleStore store)
    {
        if (StoreIdentity != store.Identity)
        {
            throw new ArgumentException(
                $"The label overlay was made for the store {StoreIdentity}, but {store.Path} is {store.Identity}. "
                + "Open the store it was made for.",
                nameof(store)).ForUser(ErrorKind.InputData);
        }
    }

    private static OverlayFile Parse(MappedFile file)
    {
        if (file.Length > int.MaxValue)
            throw Refuse(file.Path, "a file below 2 GiB", $"{file.Length} bytes");
        try
        {
            SealedJson.Check(file.Path, file.Bytes(0, (int)file.Length), "Make the overlay again, or restore it from a copy.");
            return JsonSerializer.Deserialize(
                SealedJson.Without(file.Bytes(0, (int)file.Length)), ManifestJson.Default.OverlayFile)
                ?? throw new JsonException("The overlay is null.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            long? offset = e is JsonException { LineNumber: 0 } json ? json.BytePositionInLine : null;
            throw new FileFormatException(
                file.Path, offset, "a label overlay in JSON", JsonFault.Describe(e), "Make the overlay again.", e);
        }
    }

    private static FileFormatException Refuse(string path, string expected, string found) =>
        new(path, null, expected, found, "Use the overlay with the store it was made for, or make it again.");
}

/// <summary>An overlay as it stands in its file.</summary>
internal sealed record OverlayFile(
    int Schema, string StoreIdentity, string Split, double Fraction, ulong Seed, IReadOnlyList<OverlayEdit> Edits);

/// <summary>A row and its new label.</summary>
internal sealed record OverlayEdit(long Row, int Label);
