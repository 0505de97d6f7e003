using Tessar.Examples;

namespace Tessar.Tasks;

/// <summary>What a task is made from: the data of a new run, or what a recorded run kept of them.</summary>
internal sealed record TaskSetup
{
    /// <summary>The data; null for a recorded run, which is understood without them.</summary>
    public ExampleStore? Store { get; init; }

    /// <summary>Names of the outputs, as a run recorded them; null for a new run, whose task takes them from the data.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }
}
