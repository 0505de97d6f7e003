namespace Tessar.Examples.Importers.Columns;

/// <summary>One value of a source.</summary>
/// <param name="Bytes">Numbers little-endian and row-major, text in UTF-8, or an image file. They stay valid and unchanged.</param>
/// <param name="Raw">The size, when a cell of kind <see cref="CellKind.Picture"/> holds pixels instead of a file.</param>
internal readonly record struct Cell(ReadOnlyMemory<byte> Bytes, ImageShape? Raw = null);

/// <summary>One row of a source, and where it stands.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">The byte where the row begins, if it has one place.</param>
/// <param name="Name">What to call it in an error: a file within the source, or <c>row 7</c>.</param>
/// <param name="Cells">A value for each column; empty where it wasn't wanted.</param>
internal sealed record SourceRow(string Path, long? Offset, string Name, Cell[] Cells);
