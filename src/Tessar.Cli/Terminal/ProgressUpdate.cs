namespace Tessar.Cli.Terminal;

/// <summary>How far some work has come.</summary>
/// <param name="Stage">What is being done: "Training". A new stage gets a bar, or lines, of its own.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units there are; 0 when not known.</param>
/// <param name="Unit">What is counted, in the plural: "steps", "examples".</param>
/// <param name="Detail">A short extra such as "loss 0.412", or null.</param>
internal readonly record struct ProgressUpdate(string Stage, long Done, long Total, string Unit, string? Detail = null);
