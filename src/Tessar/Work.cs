namespace Tessar;

/// <summary>
/// What a long computation is given by whoever runs it: how to stop it, whom to tell about progress, how much memory it may take.
/// </summary>
public record Work
{
    /// <summary>Asks the computation to stop; what it has written so far stays usable.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Told about progress, often; null when nobody listens.</summary>
    public IProgress<MethodProgress>? Progress { get; init; }

    /// <summary>Bytes of memory that large arrays may take together. Default 2 GiB.</summary>
    public long MemoryBudget { get; init; } = 2L << 30;
}
