using Tessar.Methods;

namespace Tessar.Web.Tests.Lenses;

/// <summary>A method of a lens that no file of the workbench names.</summary>
/// <param name="options">Its settings.</param>
[Method("odd/weather", Paper = "original", Cost = "nothing")]
public sealed class Toy(ToyOptions options)
{
    /// <summary>What it was given.</summary>
    public ToyOptions Options { get; } = options;
}

/// <summary>Settings of <see cref="Toy"/>.</summary>
public sealed record ToyOptions
{
    /// <summary>How warm it is.</summary>
    public double Degrees { get; init; } = 20;
}
