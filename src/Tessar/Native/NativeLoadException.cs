namespace Tessar.Native;

/// <summary>The native libraries of TorchSharp couldn't be loaded: which one, why, and the remedy.</summary>
/// <param name="message">Which library, the loader's message, what this system offers, what is required, the remedy.</param>
/// <param name="inner">The loader's error, if any.</param>
public sealed class NativeLoadException(string message, Exception? inner = null)
    : TessarException(message, ErrorKind.Environment, inner);
