namespace Tessar.Lenses.Data.Search;

/// <summary>What is asked of a search.</summary>
internal sealed record SearchQuestion
{
    /// <summary>Queries m, at least 1.</summary>
    public required int Queries { get; init; }

    /// <summary>Rows K to keep per query and sign, at least 1.</summary>
    public required int Top { get; init; }

    /// <summary>Q̄, one factor per row, [n]; null means 1.</summary>
    public double[]? RowFactors { get; init; }

    /// <summary>The rows to look at; null means all.</summary>
    public RowFilter? Filter { get; init; }

    /// <summary>Group of each row, [n], in [0, <see cref="GroupCount"/>); null when no sums are wanted.</summary>
    public int[]? Groups { get; init; }

    /// <summary>Number of groups.</summary>
    public int GroupCount { get; init; }
}

/// <summary>What a search finds.</summary>
/// <param name="Scores">The strongest rows per query, of both signs.</param>
/// <param name="Groups">Sums per query and group, or null when none were asked for.</param>
internal sealed record SearchAnswer(TopScores Scores, GroupSums? Groups);
