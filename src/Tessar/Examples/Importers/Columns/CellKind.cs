namespace Tessar.Examples.Importers.Columns;

/// <summary>What the cells of a source's column are.</summary>
internal enum CellKind
{
    /// <summary>Numbers of one shape in all rows.</summary>
    Array,

    /// <summary>Pictures of one size: U8 [height, width, channels].</summary>
    Pixels,

    /// <summary>Pictures of varying size: image files, or pixels that name their size.</summary>
    Image,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Text in UTF-8.</summary>
    Text,

    /// <summary>JSON in UTF-8.</summary>
    Json,
}
