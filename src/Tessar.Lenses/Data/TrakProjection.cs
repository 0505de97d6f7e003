namespace Tessar.Lenses.Data;

/// <summary>How TRAK shortens gradients.</summary>
public enum TrakProjection
{
    /// <summary>Count-sketch and TensorSketch to k numbers, kept on disk.</summary>
    Sketch,

    /// <summary>Not at all: inner products of whole gradients.</summary>
    None,
}
