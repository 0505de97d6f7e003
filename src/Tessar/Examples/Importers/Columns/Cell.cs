namespace Tessar.Examples.Importers.Columns;

/// <summary>One value of a source.</summary>
/// <param name="Bytes">
/// Numbers little-endian and row-major, text in UTF-8, or an image file. They stay valid and unchanged.
/// </param>
/// <param name="Raw">The size, when a cell of kind <see cref="CellKind.Image"/> holds pixels instead of a file.</param>
internal readonly record struct Cell(ReadOnlyMemory<byte> Bytes, ImageShape? Raw = null);
