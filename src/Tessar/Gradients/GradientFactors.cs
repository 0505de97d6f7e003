using Tessar.Autograd;
using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Gradients;

/// <summary>The gradients of some examples, layer by layer, in the form in which inner products are cheapest.</summary>
/// <remarks>
/// A Linear layer with one position per example keeps (a, δ): ⟨G_i, G_j⟩ = (a_i·a_j)(δ_i·δ_j), exactly, without forming G. Every
/// other parameter keeps its gradient. Tensors belong to the dispose scope they were made in.
/// </remarks>
internal sealed class GradientFactors
{
    private readonly Tensor[][] _parts;

    private GradientFactors(Tensor[][] parts) => _parts = parts;

    /// <summary>Takes the factors of a captured batch.</summary>
    /// <param name="gradients">The parameters.</param>
    /// <param name="batch">What layers saw.</param>
    /// <param name="only">The parameters that count; null for all.</param>
    public static GradientFactors Of(PerExampleGradients gradients, CapturedBatch batch, Predicate<ParameterSlot>? only = null)
    {
        ParameterSlot[] slots = [.. gradients.Captured.Where(slot => only is null || only(slot))];
        List<Tensor[]> parts = [];
        HashSet<string> covered = [];
        foreach (ParameterSlot slot in slots)
        {
            if (SingleUseLinear.Of(slot, gradients, batch) is not { } layer)
                continue;
            LayerCall call = batch.Calls.Single(c => ReferenceEquals(c.Rule, layer.Rule));
            Tensor a = layer.Bias is null ? call.Input : cat([call.Input, ones(batch.Count, 1, dtype: call.Input.dtype)], 1);
            parts.Add([a, call.OutputGradient]);
            covered.UnionWith(layer.Parameters);
        }

        parts.AddRange(slots.Where(s => !covered.Contains(s.Name)).Select(s => new[] { PerExampleGradients.Gradient(batch, s) }));
        return new GradientFactors([.. parts]);
    }

    /// <summary>The factors of several batches as those of one.</summary>
    public static GradientFactors Concatenate(IReadOnlyList<GradientFactors> batches) =>
        new([.. Enumerable.Range(0, batches[0]._parts.Length).Select(p =>
            Enumerable.Range(0, batches[0]._parts[p].Length).Select(f => cat([.. batches.Select(b => b._parts[p][f])], 0))
                .ToArray())]);

    /// <summary>Numbers kept for an example's gradient.</summary>
    /// <param name="model">Whose gradients.</param>
    /// <param name="set">Where to take an example from.</param>
    public static long NumbersPerExampleOf(GradientModel model, ExampleSet set)
    {
        using DisposeScope scope = NewDisposeScope();
        (CapturedBatch batch, _) = model.Run(set, [0]);
        return Of(model.Gradients, batch).NumbersPerExample;
    }

    /// <summary>Numbers kept per example.</summary>
    public long NumbersPerExample => _parts.Sum(part => part.Sum(t => t.numel() / t.shape[0]));

    /// <summary>The gradients kept whole, and the pairs (a, δ); the tensors stay where they are.</summary>
    public (Tensor[] Wholes, (Tensor Left, Tensor Right)[] Pairs) Split() =>
        ([.. _parts.Where(part => part.Length == 1).Select(part => part[0])], [.. _parts.Where(part => part.Length == 2)
            .Select(part => (part[0], part[1]))]);

    /// <summary>Keeps the tensors when the current dispose scope ends.</summary>
    public GradientFactors MoveToOuterScope()
    {
        foreach (Tensor tensor in _parts.SelectMany(part => part))
            tensor.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>⟨g_i, g_j⟩ for every pair, shape [this, other]; the caller disposes it.</summary>
    public Tensor InnerProducts(GradientFactors other)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? sum = null;
        for (int p = 0; p < _parts.Length; p++)
        {
            Tensor product = _parts[p].Zip(other._parts[p], (left, right) => left.mm(right.t())).Aggregate((x, y) => x.mul_(y));
            sum = sum is null ? product : sum.add_(product);
        }

        return sum!.MoveToOuterDisposeScope();
    }

    /// <summary>‖g_i‖², shape [this]; the caller disposes it.</summary>
    public Tensor SquaredNorms()
    {
        using DisposeScope scope = NewDisposeScope();
        return _parts.Select(part => part.Select(t => t.square().sum(1)).Aggregate((x, y) => x * y))
            .Aggregate((x, y) => x + y).MoveToOuterDisposeScope();
    }
}
