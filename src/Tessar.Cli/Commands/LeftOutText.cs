using Tessar.Cli.Json;
using Tessar.Cli.Terminal;

namespace Tessar.Cli.Commands;

/// <summary>Says in a line each what an import passed over.</summary>
internal static class LeftOutText
{
    /// <summary>The lines; none when everything was imported.</summary>
    public static IEnumerable<string> Lines(ExamplesJson store)
    {
        if (store.LeftOut is { Count: > 0 } files)
            yield return $"Left out: {string.Join(", ", files.Select(entry => $"{Quantity.Count(entry.Value)} {entry.Key}"))}.";
        if (store.ColumnsLeftOut is { Count: > 0 } columns)
            yield return $"Columns left out, because a store can't hold them: "
                + $"{string.Join(", ", columns.Select(entry => $"{entry.Key} ({entry.Value})"))}.";
        if (store.FirstFrames is { } count)
            yield return $"Pictures with several frames, of which the first was taken: {Quantity.Count(count)}.";
    }
}
