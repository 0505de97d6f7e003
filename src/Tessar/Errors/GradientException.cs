namespace Tessar;

/// <summary>A gradient that can't be computed for this model: which operation or layer, and what to use instead.</summary>
/// <param name="message">What is wrong and what to do next.</param>
/// <param name="inner">The native error, if any.</param>
public sealed class GradientException(string message, Exception? inner = null)
    : TessarException(message, ErrorKind.InputData, inner);
