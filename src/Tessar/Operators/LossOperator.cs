using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A matrix that is a sum over the examples of a model's loss, multiplied batch by batch.</summary>
/// <param name="loss">Model, loss, data and everything else that decides it.</param>
internal abstract class LossOperator(ModelLoss loss) : LinearOperator
{
    /// <summary>What it is a derivative of.</summary>
    public ModelLoss Loss => loss;

    public override long Size => loss.Parameters.Size;

    public override ScalarType Type => loss.Parameters.Type;

    public override bool IsSelfAdjoint => true;

    public override ParameterVector? Parameters => loss.Parameters;

    /// <summary>The same matrix of another loss.</summary>
    public abstract LossOperator On(ModelLoss other);

    /// <summary>Adds one batch's part of the products, without 1/N.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="directions">The vectors, each as one tensor per parameter.</param>
    /// <param name="sum">[P, K]; changed.</param>
    protected abstract void AddBatch(LossBatch batch, Tensor[][] directions, Tensor sum);

    protected override Tensor ApplyToColumns(Tensor columns)
    {
        Tensor sum = zeros_like(columns);
        Tensor[][] directions = Directions(columns);
        using (loss.Enter())
        {
            foreach (int[] numbers in loss.Batches())
            {
                loss.Settings.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                AddBatch(Load(numbers), directions, sum);
            }
        }

        using IDisposable still = no_grad();
        if (!sum.isfinite().all().item<bool>())
            throw NotFinite(columns, directions);
        return loss.Reduce(sum);
    }

    protected override IEnumerable<(string How, LinearOperator Same)> Rearranged()
    {
        int[] numbers = [.. loss.Batches().SelectMany(batch => batch)];
        LossOperatorSettings settings = loss.Settings;
        int whole = numbers.Length / settings.BatchSize * settings.BatchSize;
        // The last batch, which may be shorter, stays the last, so that batches hold the same examples.
        int[] reversed =
            [.. numbers.Take(whole).Chunk(settings.BatchSize).Reverse().SelectMany(batch => batch), .. numbers.Skip(whole)];
        yield return ("with its batches in reverse order", On(loss.With(settings with { Examples = reversed })));
        if (settings.BatchNorm == BatchNormMode.BatchStatistics)
            yield break;
        yield return ("with the examples in reverse order", On(loss.With(settings with { Examples = [.. numbers.Reverse()] })));
        int other = settings.BatchSize >= numbers.Length ? (numbers.Length + 1) / 2 : numbers.Length;
        yield return ("in batches of another size", On(loss.With(settings with { BatchSize = other })));
    }

    protected override string CauseOfDifference() => DeterminismCause.Of(loss);

    private static Tensor[] Columns(Tensor columns) =>
        [.. Enumerable.Range(0, (int)columns.shape[1]).Select(k => columns.select(1, k).contiguous())];

    private Tensor[][] Directions(Tensor columns) => [.. Columns(columns).Select(loss.Parameters.Split)];

    private LossBatch Load(int[] numbers)
    {
        (Tensor inputs, Tensor targets) = loss.Load(numbers);
        return new LossBatch(inputs, targets, numbers);
    }

    private NumericalException NotFinite(Tensor columns, Tensor[][] directions)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!columns.isfinite().all().item<bool>())
        {
            return new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"A vector to multiply with isn't finite, first in {FirstName(columns)}. Look at where it was computed."));
        }

        int number = 0;
        using ModelMode mode = loss.Enter();
        foreach (int[] numbers in loss.Batches())
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor sum = zeros_like(columns);
            AddBatch(Load(numbers), directions, sum);
            if (!sum.isfinite().all().item<bool>())
            {
                return new NumericalException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"A product with the curvature isn't finite: batch {number} (examples {numbers[0]} to {numbers[^1]}), "
                    + $"first in {FirstName(sum)}. ")
                    + "Look at these examples, and for overflow in this layer.");
            }

            number++;
        }

        return new NumericalException(
            "A product with the curvature isn't finite, though that of each batch is. Look for overflow in the model, or use "
                + "64 bits.");
    }

    private string FirstName(Tensor columns) =>
        loss.Parameters.NameAt(columns.isfinite().all(1).logical_not().nonzero().flatten().min().item<long>());
}

/// <summary>Some examples, ready for the model.</summary>
/// <param name="Inputs">[B, ...].</param>
/// <param name="Targets">[B, ...].</param>
/// <param name="Numbers">Which examples, in the order of the rows.</param>
internal sealed record LossBatch(Tensor Inputs, Tensor Targets, int[] Numbers);
