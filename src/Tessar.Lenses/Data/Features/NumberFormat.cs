namespace Tessar.Lenses.Data.Features;

/// <summary>Type of stored features.</summary>
public enum NumberFormat
{
    /// <summary>16 bits with one power-of-two scale per store.</summary>
    F16,

    /// <summary>32 bits.</summary>
    F32,
}
