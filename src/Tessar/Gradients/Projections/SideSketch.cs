using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>Count-sketches of one factor of a layer's gradients: of its inputs, or of the gradients at its output.</summary>
internal sealed unsafe class SideSketch
{
    private readonly uint[] _table;
    private readonly int _width;
    private readonly float* _from;
    private readonly float* _to;

    /// <summary>Prepares them.</summary>
    /// <param name="values">[B, count].</param>
    /// <param name="table">Of as many entries, or of one more: the appended input 1 of a bias.</param>
    /// <param name="width">k.</param>
    public SideSketch(Tensor values, uint[] table, int width)
    {
        (_table, _width) = (table, width);
        long examples = values.shape[0];
        Values = TensorAccess.Flat(values);
        Sketch = zeros(examples, width, dtype: ScalarType.Float32);
        Count = checked((int)(Values.numel() / examples));
        _from = TensorAccess.Pointer(Values);
        _to = TensorAccess.Pointer(Sketch);
    }

    /// <summary>Numbers per example.</summary>
    public int Count { get; }

    /// <summary>[B, count], contiguous; the user of this disposes it.</summary>
    public Tensor Values { get; }

    /// <summary>[B, k], zero where nothing was added yet; the user of this disposes it.</summary>
    public Tensor Sketch { get; }

    /// <summary>Adds one example's numbers to its row.</summary>
    public void Add(int example)
    {
        var row = new Span<float>(_to + (long)example * _width, _width);
        SketchHash.Add(_table.AsSpan(0, Count), new ReadOnlySpan<float>(_from + (long)example * Count, Count), row);
        if (_table.Length > Count)
            SketchHash.Add(_table.AsSpan(Count), [1f], row);
    }
}
