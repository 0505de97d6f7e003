namespace Tessar.Examples.Importers.Columns;

/// <summary>A type of numbers that sources use.</summary>
internal enum NumberType
{
    /// <summary>Truth value in a byte.</summary>
    Bool,

    /// <summary>Unsigned, 1 byte.</summary>
    U8,

    /// <summary>Signed, 1 byte.</summary>
    I8,

    /// <summary>Unsigned, 2 bytes.</summary>
    U16,

    /// <summary>Signed, 2 bytes.</summary>
    I16,

    /// <summary>Unsigned, 4 bytes.</summary>
    U32,

    /// <summary>Signed, 4 bytes.</summary>
    I32,

    /// <summary>Unsigned, 8 bytes.</summary>
    U64,

    /// <summary>Signed, 8 bytes.</summary>
    I64,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary64.</summary>
    F64,
}
