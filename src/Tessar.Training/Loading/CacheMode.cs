namespace Tessar.Training.Loading;

/// <summary>Who decides which pages of a store's file are in memory.</summary>
public enum CacheMode
{
    /// <summary>
    /// The operating system, which is told whether pages are read in order: right for data that fit into memory.
    /// </summary>
    System,

    /// <summary>
    /// This process: it reads each page once an epoch, shortly before the first batch that needs it, and drops it after the last.
    /// For data larger than memory, with the order <c>quasi-random</c> or <c>sequential</c>; images must be stored raw in one
    /// file.
    /// </summary>
    Process,
}
