using System.Globalization;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>The scores of several models of one recipe: one matrix [queries, train examples] for each model.</summary>
internal sealed class RecipeScores : IDisposable
{
    private readonly Tensor _models;

    /// <summary>Takes over the scores of a recipe's models.</summary>
    /// <param name="models">At least one; all of the same train examples and targets.</param>
    /// <exception cref="ArgumentException">There is none, or their shapes differ.</exception>
    public RecipeScores(IReadOnlyList<AttributionMatrix> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        if (models.Count == 0)
            throw new ArgumentException("models is empty; a recipe needs the scores of at least one model.", nameof(models));
        (Queries, Examples) = (models[0].TargetCount, models[0].TrainCount);
        for (int e = 1; e < models.Count; e++)
        {
            if (models[e].TargetCount != Queries || models[e].TrainCount != Examples)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Model {e} has scores of {models[e].TrainCount} examples on {models[e].TargetCount} targets; model 0 has "
                        + $"{Examples} on {Queries}. ")
                    + "Compare scores of the same examples and targets.", nameof(models));
            }
        }

        using DisposeScope scope = NewDisposeScope();
        _models = stack(models.Select(m => tensor(m.Scores.ToArray(), [Examples, Queries]).t())).contiguous()
            .DetachFromDisposeScope();
    }

    private RecipeScores(Tensor models) => (_models, Queries, Examples) = (models, (int)models.shape[1], (int)models.shape[2]);

    /// <summary>Number of models E.</summary>
    public int Models => (int)_models.shape[0];

    /// <summary>Number of queries m.</summary>
    public int Queries { get; }

    /// <summary>Number of train examples n.</summary>
    public int Examples { get; }

    /// <summary>θ, the mean over the models, [m, n], fp64; the caller disposes it.</summary>
    public Tensor Mean()
    {
        using Tensor wide = _models.to_type(ScalarType.Float64);
        return wide.mean([0]);
    }

    /// <summary>The rows of one model, [m, n], fp64; the caller disposes them.</summary>
    public Tensor Model(int model)
    {
        using Tensor rows = _models.select(0, model);
        return rows.to_type(ScalarType.Float64);
    }

    /// <summary>The same with every row divided by its norm; rows of zeros stay.</summary>
    public RecipeScores WithUnitRows()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor norms = _models.norm(2, keepdim: true);
        return new RecipeScores((_models / norms.clamp_min(float.Epsilon)).DetachFromDisposeScope());
    }

    /// <summary>The rows of one query, one for each model: [E, n], fp64; the caller disposes them.</summary>
    public Tensor RowsOf(int query)
    {
        using Tensor rows = _models.select(1, query);
        return rows.to_type(ScalarType.Float64);
    }

    /// <inheritdoc/>
    public void Dispose() => _models.Dispose();
}
