namespace Tessar.Lenses.Data.Features;

/// <summary>How TRAK shortens gradients.</summary>
public enum TrakProjection
{
    /// <summary>
    /// Not at all when the planned time and memory allow it, else onto landmarks under the same condition, else by a sketch.
    /// </summary>
    Auto,

    /// <summary>Not at all: inner products of whole gradients.</summary>
    None,

    /// <summary>Count-sketch and TensorSketch to k numbers, kept on disk.</summary>
    Sketch,

    /// <summary>
    /// Onto the span of the gradients of k training examples, kept on disk: nearer to the exact kernel than a sketch, k gradients
    /// of memory.
    /// </summary>
    Landmarks,
}
