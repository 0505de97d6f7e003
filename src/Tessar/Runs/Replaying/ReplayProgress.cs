namespace Tessar.Runs.Replaying;

/// <summary>How far a replay has come.</summary>
/// <param name="Stage">What is being done, one or two words.</param>
/// <param name="Done">Updates done.</param>
/// <param name="Total">All updates of this stage.</param>
public sealed record ReplayProgress(string Stage, long Done, long Total);
