namespace Tessar.Runs;

/// <summary>How many batches an epoch has, and what becomes of a last one that is smaller than the others.</summary>
internal static class EpochCut
{
    /// <summary>It is a batch of its own.</summary>
    public const string Keep = "keep";

    /// <summary>It is left out, unless it is the only one.</summary>
    public const string Drop = "drop";

    /// <summary>Its examples join the batch before, unless it is the only one.</summary>
    public const string Merge = "merge";

    /// <summary>The choices there are.</summary>
    public static IReadOnlyList<string> Choices => [Keep, Drop, Merge];

    /// <summary>Batches of an epoch, at least one for at least one example.</summary>
    /// <param name="examples">Examples of the epoch.</param>
    /// <param name="batchSize">Examples of a whole batch.</param>
    /// <param name="last">The choice; null for <see cref="Keep"/>.</param>
    public static long Steps(long examples, int batchSize, string? last) =>
        last is Drop or Merge ? Math.Max(1, examples / batchSize) : (examples + batchSize - 1) / batchSize;

    /// <summary>Examples of an epoch's last batch.</summary>
    /// <inheritdoc cref="Steps"/>
    public static int LastBatch(int examples, int batchSize, string? last)
    {
        int rest = examples % batchSize;
        return examples <= batchSize ? examples : rest == 0 ? batchSize : last switch
        {
            Drop => batchSize,
            Merge => batchSize + rest,
            _ => rest,
        };
    }

    /// <summary>What is wrong with a choice, as a clause; null when nothing is.</summary>
    public static string? Objection(string? last) =>
        last is null || Choices.Contains(last, StringComparer.Ordinal) ? null : $"`{last}`";
}
