using Tessar.Runs.Replaying;
using Tessar.Runs.Retraining;

namespace Tessar.Methods;

/// <summary>What a method gets from whoever runs it.</summary>
public sealed record MethodContext : Work
{
    /// <summary>Seed of everything random in the method. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Told what the user should know before trusting the result, one sentence each; null when nobody listens.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>
    /// Told, before long work starts, what it will read, hold and take, in one sentence; null when nobody listens.
    /// </summary>
    public Action<string>? Plan { get; init; }

    /// <summary>
    /// Trains models for methods that need some; null where nobody does, which such a method answers with an error.
    /// </summary>
    public IRetrainer? Retrainer { get; init; }

    /// <summary>
    /// Executes recorded trainings again for methods that need it; null where nobody does, which such a method answers with an
    /// error.
    /// </summary>
    public IReplayer? Replayer { get; init; }
}
