using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Gradients;

/// <summary>
/// Room for the gradients of many examples, filled batch by batch: parameters with a whole gradient lie side by side, so that
/// they are one product.
/// </summary>
/// <remarks>Tensors belong to the dispose scope it was made in.</remarks>
internal sealed class HeldGradients : IDisposable
{
    private readonly Tensor? _whole;
    private readonly (Tensor Left, Tensor Right)[] _pairs;

    /// <summary>Makes room.</summary>
    /// <param name="like">Gradients of the same model.</param>
    /// <param name="count">Number of examples.</param>
    public HeldGradients(GradientFactors like, int count)
    {
        (Tensor[] wholes, (Tensor Left, Tensor Right)[] pairs) = like.Split();
        if (wholes.Length > 0)
            _whole = empty(count, wholes.Sum(part => part.shape[1]), dtype: wholes[0].dtype);
        _pairs = [.. pairs.Select(pair =>
            (empty(count, pair.Left.shape[1], dtype: pair.Left.dtype), empty(
                count, pair.Right.shape[1], dtype: pair.Right.dtype)))];
    }

    private HeldGradients(Tensor? whole, (Tensor Left, Tensor Right)[] pairs) => (_whole, _pairs) = (whole, pairs);

    private IEnumerable<Tensor> Tensors =>
        [.. _whole is null ? Array.Empty<Tensor>() : [_whole], .. _pairs.SelectMany(pair => new[] { pair.Left, pair.Right })];

    /// <summary>Copies a batch in.</summary>
    public void Put(int first, GradientFactors batch)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor[] wholes, (Tensor Left, Tensor Right)[] pairs) = batch.Split();
        long at = 0;
        foreach (Tensor part in wholes)
        {
            _whole!.narrow(0, first, part.shape[0]).narrow(1, at, part.shape[1]).copy_(part);
            at += part.shape[1];
        }

        foreach (((Tensor left, Tensor right), (Tensor a, Tensor delta)) in _pairs.Zip(pairs))
        {
            left.narrow(0, first, a.shape[0]).copy_(a);
            right.narrow(0, first, delta.shape[0]).copy_(delta);
        }
    }

    /// <summary>Keeps the tensors when the current dispose scope ends.</summary>
    public HeldGradients MoveToOuterScope()
    {
        foreach (Tensor tensor in Tensors)
            tensor.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Keeps the tensors until <see cref="Dispose"/>.</summary>
    public HeldGradients Detach()
    {
        foreach (Tensor tensor in Tensors)
            tensor.DetachFromDisposeScope();
        return this;
    }

    /// <summary>Gives the tensors back, for those that no dispose scope holds.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors)
            tensor.Dispose();
    }

    /// <summary>Some of the examples; the same memory.</summary>
    public HeldGradients Rows(int first, int count) =>
        new(
            _whole?.narrow(0, first, count),
            [.. _pairs.Select(pair => (pair.Left.narrow(0, first, count), pair.Right.narrow(0, first, count)))]);

    /// <summary>⟨g_i, g_j⟩ for every pair, shape [this, other]; the caller disposes it.</summary>
    public Tensor InnerProducts(HeldGradients other)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? sum = _whole?.mm(other._whole!.t());
        foreach (((Tensor left, Tensor right), (Tensor otherLeft, Tensor otherRight)) in _pairs.Zip(other._pairs))
        {
            // (a_i·a_j)(δ_i·δ_j) = ⟨G_i, G_j⟩, exactly, without forming G.
            Tensor product = left.mm(otherLeft.t()).mul_(right.mm(otherRight.t()));
            sum = sum is null ? product : sum.add_(product);
        }

        return sum!.MoveToOuterDisposeScope();
    }
}
