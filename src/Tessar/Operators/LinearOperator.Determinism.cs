using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <content>The check that the same product comes out the same twice.</content>
internal abstract partial class LinearOperator
{
    /// <summary>What it is composed of; empty for operators that compute by themselves.</summary>
    protected virtual IReadOnlyList<LinearOperator> Parts => [];

    /// <summary>Multiplies a random vector several times in ways that mustn't matter, and compares.</summary>
    /// <param name="seed">Decides the vector.</param>
    /// <exception cref="TessarException">Two products differ by more than rounding; names the cause, the usual one
    /// first.</exception>
    /// <remarks>
    /// Solvers take for granted that A v is a function of v, and answer nonsense without a word when it isn't. Rounding: 1e-9 of
    /// the largest entry in fp64, 1e-3 in fp32. Cost: two products; curvature of a model takes five, in other orders and sizes of
    /// batches.
    /// </remarks>
    public void CheckDeterminism(ulong seed = 0)
    {
        foreach (LinearOperator part in Parts)
            part.CheckDeterminism(seed);
        if (Parts.Count > 0)
            return;
        using DisposeScope scope = NewDisposeScope();
        Tensor v = RandomDirections.Unit(Size, Type, seed);
        Tensor first = Apply(v);
        Compare(first, Apply(v), "multiplied twice with one vector");
        foreach ((string how, LinearOperator same) in Rearranged())
            Compare(first, same.Apply(v), how);
    }

    /// <summary>Operators that are the same matrix, computed in another way, each with words for that way.</summary>
    protected virtual IEnumerable<(string How, LinearOperator Same)> Rearranged() => [];

    /// <summary>Why products may differ, the most likely cause first, and what to do.</summary>
    protected virtual string CauseOfDifference() =>
        "Look for random numbers, or for state that changes, in what it is computed from.";

    private void Compare(Tensor first, Tensor second, string how)
    {
        double largest = first.abs().max().to_type(ScalarType.Float64).item<double>();
        double difference = (first - second).abs().max().to_type(ScalarType.Float64).item<double>();
        double allowed = Type == ScalarType.Float64 ? 1e-9 : 1e-3;
        // Negated, so that products that are no numbers fail.
        if (!(difference <= allowed * largest))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{GetType().Name} isn't one matrix: {how}, its products differ by {difference:g3}, with {largest:g3} the "
                    + $"largest "
                + $"entry (allowed {allowed:g1} of it). ") + CauseOfDifference(), ErrorKind.InputData);
        }
    }
}
