using TorchSharp.Modules;

namespace Tessar.Autograd;

/// <summary>One parameter's place in the flat per-example gradient.</summary>
/// <param name="Name">Name inside the model, for example <c>conv1.weight</c>; a shared parameter has its first name.</param>
/// <param name="Shape">Shape of the parameter.</param>
/// <param name="Offset">Index of its first element in the flat gradient.</param>
/// <param name="Count">Number of elements.</param>
public sealed record ParameterSlot(string Name, IReadOnlyList<long> Shape, long Offset, long Count)
{
    /// <summary>The parameter itself.</summary>
    internal Parameter Parameter { get; init; } = null!;

    /// <summary>Whether its gradient comes from one backward pass per example instead of a layer rule.</summary>
    internal bool ByLoop { get; init; }

    /// <summary>Address of the parameter's storage: tied layers hold the same storage through different objects.</summary>
    internal nint Address { get; init; }
}
