using System.Globalization;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>What a store's provenance keeps about its import: the options that were given, and what was left out.</summary>
internal static class ImportSettings
{
    /// <summary>Name of the entry that holds the number of pictures that can't be decoded.</summary>
    public const string SkippedKey = "skip-bad";

    /// <summary>Name of the entry that holds the number of pictures of several frames, of which the first was taken.</summary>
    public const string FirstFramesKey = "first-frames";

    /// <summary>
    /// What the names of entries begin with that hold how many of a kind were passed over: <c>skip-unknown..tif</c>.
    /// </summary>
    public const string LeftOutKey = "skip-unknown.";

    /// <summary>What the names of entries begin with that hold why a column was left out.</summary>
    public const string UnreadKey = "unread.";

    private const int MostSkippedNames = 1000;

    /// <summary>The entries.</summary>
    public static SortedDictionary<string, string> Of(
        ImportOptions options, IReadOnlyList<RowSelection> selections, LeftOut leftOut, IReadOnlyList<UnreadColumn> unread)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string split, long limit) in options.Limits)
            settings.Add($"limit.{split}", limit.ToString(CultureInfo.InvariantCulture));
        foreach ((string split, long? count) in options.Splits)
            settings.Add($"splits.{split}", count?.ToString(CultureInfo.InvariantCulture) ?? "*");
        Add("image", options.Image);
        Add("label", options.Label);
        Add("columns", options.Columns is { } columns ? string.Join('\n', columns) : null);
        Add("class-case", options.ClassCase == ClassCase.Refuse ? null : options.ClassCase.ToString().ToLowerInvariant());
        Add("split", options.Split);
        Add("size", options.Size is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size.Height}x{size.Width}") : null);
        Add("fill", options.Fill?.ToString("R", CultureInfo.InvariantCulture));
        string[] skipped = [.. selections.SelectMany(selection => selection.Skipped.Values)];
        Add(SkippedKey, options.SkipBad ? skipped.Length.ToString(CultureInfo.InvariantCulture) : null);
        Add(SkippedKey + ".names", skipped.Length > 0 ? string.Join('\n', skipped.Take(MostSkippedNames)) : null);
        long animated = selections.Sum(selection => selection.Animated);
        Add(FirstFramesKey, animated > 0 ? animated.ToString(CultureInfo.InvariantCulture) : null);
        foreach ((string kind, long count) in leftOut.Counts)
            settings.Add(LeftOutKey + kind, count.ToString(CultureInfo.InvariantCulture));
        Add("skip-unknown", leftOut.Count > 0 ? string.Join('\n', leftOut.Names) : null);
        foreach (UnreadColumn column in unread)
            settings.Add(UnreadKey + column.Name, column.What);
        return settings;

        void Add(string name, string? value)
        {
            if (value is not null)
                settings.Add(name, value);
        }
    }
}
