namespace Tessar.Autograd;

/// <summary>
/// What to do with parameters of layers that no per-example rule knows (PReLU, recurrent layers, parameters used in a forward
/// method).
/// </summary>
public enum UnsupportedParameters
{
    /// <summary>Refuse the model and name them.</summary>
    Throw,

    /// <summary>Leave them out of the gradient; the result lists them.</summary>
    Skip,

    /// <summary>Compute them exactly by one backward pass per example: slow, and said so.</summary>
    LoopFallback,
}
