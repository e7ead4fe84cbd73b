/* Cotangents times or over what was kept: the pullbacks of products, quotients, exp and all that is g x or g / x. */
#include "native.h"

static inline int is_vector(PyObject *x)
{
    return is_float64_array(x) && PyArray_ISCARRAY_RO((PyArrayObject *)x);
}

/* Whether g and x are float64 of one shape, each in a row in memory. */
static int are_vectors(PyObject *g, PyObject *x)
{
    return is_vector(g) && is_vector(x) && PyArray_SAMESHAPE((PyArrayObject *)g, (PyArrayObject *)x);
}

PyObject *product(PyObject *g, PyObject *x, int divides, int own)
{
    if (own && are_vectors(g, x) && is_alone((PyArrayObject *)g))
        return divides ? PyNumber_InPlaceTrueDivide(g, x) : PyNumber_InPlaceMultiply(g, x);
    return divides ? PyNumber_TrueDivide(g, x) : PyNumber_Multiply(g, x);
}

/* y - y is 0 for finite y alone. Without a branch, so that a compiler makes vectors of it; one loop for each, for that.
 */
static void multiply(double *restrict r, const double *restrict x, npy_intp n)
{
    for (npy_intp i = 0; i < n; i++) {
        double y = r[i] * x[i];
        r[i] = ((r[i] == 0.0) & (y - y != 0.0)) ? 0.0 : y;
    }
}

static void divide(double *restrict r, const double *restrict x, npy_intp n)
{
    for (npy_intp i = 0; i < n; i++) {
        double y = r[i] / x[i];
        r[i] = ((r[i] == 0.0) & (y - y != 0.0)) ? 0.0 : y;
    }
}

PyObject *silent_product(PyObject *g, PyObject *x, int divides)
{
    if (!are_vectors(g, x))
        return NULL;
    PyArrayObject *a = (PyArrayObject *)g;
    PyObject *r = is_alone(a) ? Py_NewRef(g) : PyArray_NewCopy(a, NPY_CORDER);
    if (r != NULL)
        (divides ? divide : multiply)(PyArray_DATA((PyArrayObject *)r), PyArray_DATA((PyArrayObject *)x),
                                      PyArray_SIZE(a));
    return r;
}
