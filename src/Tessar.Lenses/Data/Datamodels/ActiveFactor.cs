using System.Numerics;
using System.Runtime.InteropServices;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>The Cholesky factor of C_AA + λ₂I for a changing list A of columns, in fp64: C_AA + λ₂I = LLᵀ.</summary>
/// <remarks>
/// Letting a column in costs a triangular solve, letting one out a pass of Givens rotations, both |A|²/2; so does each half of a
/// solve.
/// </remarks>
internal sealed class ActiveFactor(MaskColumns columns, double ridge)
{
    // What of a column's variance of 1 has to lie outside of the span of the others: less is rounding.
    private const double Independent = 1e-9;

    private readonly List<double[]> _rows = [];

    /// <summary>A, in the order of the factor's rows.</summary>
    public List<int> Members { get; } = [];

    /// <summary>Forgets all columns.</summary>
    public void Clear()
    {
        Members.Clear();
        _rows.Clear();
    }

    /// <summary>Lets a column in.</summary>
    /// <param name="column">A column that isn't constant and not in A.</param>
    /// <returns>
    /// Null; or, when it is a combination of those in A, the numbers a with x̃_column = Σ a_k x̃_k, and A stays as it is.
    /// </returns>
    public double[]? Add(int column)
    {
        int size = Members.Count;
        // Room for the rows below, whose length only grows.
        double[] row = new double[size + 1];
        for (int k = 0; k < size; k++)
            row[k] = columns.Covariance(Members[k], column);
        SolveLower(row.AsSpan(0, size));
        double rest = 1 + ridge - Dot(row.AsSpan(0, size), row.AsSpan(0, size));
        if (rest < Independent * (1 + ridge))
        {
            SolveUpper(row.AsSpan(0, size));
            return row[..size];
        }

        row[size] = Math.Sqrt(rest);
        _rows.Add(row);
        Members.Add(column);
        return null;
    }

    /// <summary>Lets the column at a place out.</summary>
    public void RemoveAt(int place)
    {
        Members.RemoveAt(place);
        _rows.RemoveAt(place);
        int count = Members.Count - place;
        Span<double> cosines = count <= 1024 ? stackalloc double[count] : new double[count];
        Span<double> sines = count <= 1024 ? stackalloc double[count] : new double[count];
        for (int i = 0; i < count; i++)
        {
            // Rows below the removed one are one number too long; rotating neighbouring columns moves the surplus out of the
            // triangle.
            double[] row = _rows[place + i];
            double left = row[place];
            for (int k = 0; k < i; k++)
            {
                double right = row[place + k + 1];
                row[place + k] = cosines[k] * left + sines[k] * right;
                left = cosines[k] * right - sines[k] * left;
            }

            double last = row[place + i + 1], length = Math.Sqrt(left * left + last * last);
            (cosines[i], sines[i]) = (left / length, last / length);
            row[place + i] = length;
        }
    }

    /// <summary>b ← (C_AA + λ₂I)⁻¹ b.</summary>
    public void Solve(Span<double> b)
    {
        SolveLower(b);
        SolveUpper(b);
    }

    private void SolveLower(Span<double> b)
    {
        for (int k = 0; k < b.Length; k++)
        {
            double[] row = _rows[k];
            b[k] = (b[k] - Dot(row.AsSpan(0, k), b[..k])) / row[k];
        }
    }

    private void SolveUpper(Span<double> b)
    {
        for (int k = b.Length - 1; k >= 0; k--)
        {
            double[] row = _rows[k];
            double value = b[k] /= row[k];
            Span<Vector<double>> to = MemoryMarshal.Cast<double, Vector<double>>(b[..k]);
            ReadOnlySpan<Vector<double>> from = MemoryMarshal.Cast<double, Vector<double>>(row.AsSpan(0, k));
            var factor = new Vector<double>(-value);
            for (int v = 0; v < to.Length; v++)
                to[v] = Vector.FusedMultiplyAdd(from[v], factor, to[v]);
            for (int j = to.Length * Vector<double>.Count; j < k; j++)
                b[j] -= value * row[j];
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ReadOnlySpan<Vector<double>> x = MemoryMarshal.Cast<double, Vector<double>>(a), y =
            MemoryMarshal.Cast<double, Vector<double>>(b);
        Vector<double> even = default, odd = default;
        int v = 0;
        for (; v + 1 < x.Length; v += 2)
        {
            even = Vector.FusedMultiplyAdd(x[v], y[v], even);
            odd = Vector.FusedMultiplyAdd(x[v + 1], y[v + 1], odd);
        }

        if (v < x.Length)
            even = Vector.FusedMultiplyAdd(x[v], y[v], even);
        double sum = Vector.Sum(even + odd);
        for (int j = x.Length * Vector<double>.Count; j < a.Length; j++)
            sum += a[j] * b[j];
        return sum;
    }
}
