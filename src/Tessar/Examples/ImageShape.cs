namespace Tessar.Examples;

/// <summary>Size of the images of a data set.</summary>
/// <param name="Height">Rows of pixels, at least 1.</param>
/// <param name="Width">Columns of pixels, at least 1.</param>
/// <param name="Channels">Values per pixel, in [1, 4]; 1 is grey, 3 is red, green, blue.</param>
public readonly record struct ImageShape(int Height, int Width, int Channels);
