namespace Tessar.Training.Loading.Augmentations;

/// <summary>Where the pixels of a picture come from when it was mirrored and shifted but not copied yet.</summary>
/// <remarks>
/// Pixel (y, x) is source pixel (y + <paramref name="Down"/>, u) with u = x + <paramref name="Right"/>, or W − 1 − u when
/// mirrored; beyond the source it is <paramref name="Fill"/>.
/// </remarks>
/// <param name="IsMirrored">Left and right are exchanged.</param>
/// <param name="Down">Rows that the view was moved down.</param>
/// <param name="Right">Columns that it was moved to the right, in the order the source's pixels are read.</param>
/// <param name="Fill">The colour around, one byte per channel from the lowest on.</param>
internal readonly record struct Placement(bool IsMirrored, int Down, int Right, uint Fill)
{
    /// <summary>The picture as it is stored.</summary>
    public bool IsIdentity => !IsMirrored && !IsShifted;

    /// <summary>Whether some pixels may lie beyond the source.</summary>
    public bool IsShifted => (Down | Right) != 0;

    /// <summary>Mirrored as it stands.</summary>
    public Placement Mirrored() => this with { IsMirrored = !IsMirrored, Right = -Right };

    /// <summary>One byte of the colour around.</summary>
    public byte FillOf(int channel) => (byte)(Fill >> (8 * channel));
}
