/* Going back over an op: what its pullback returns, checked, as one cotangent for each traced leaf. */
#include "op.h"

/* One leaf of what a pullback returned, as a cotangent of x: a new reference. NULL without an error where Python has to
   look. */
static PyObject *cotangent_of(PyObject *x, PyObject *part)
{
    if (is_float_array(x)) {
        PyArrayObject *a = (PyArrayObject *)x, *p = (PyArrayObject *)part;
        int fits = PyArray_CheckExact(part) && PyArray_DESCR(p) == PyArray_DESCR(a) && PyArray_SAMESHAPE(p, a);
        return fits ? Py_NewRef(part) : NULL;
    }
    if (!is_real(x) || !is_real(part))
        return NULL;
    if (Py_IS_TYPE(part, &PyDoubleArrType_Type))
        return Py_NewRef(part);
    double number = PyFloat_AS_DOUBLE(part);
    return PyArray_Scalar(&number, (PyArray_Descr *)python.float64, NULL);
}

/* Append the cotangents of the traced leaves of argument k. 1 if done, 0 where Python has to look, -1 for an error. */
static int append_leaves(Application *a, Py_ssize_t k, PyObject *cotangent, PyObject *found)
{
    PyObject *part = flatten(NULL, cotangent);
    int done = part == NULL ? -1 : part == Py_None ? 0 : are_alike(nodes_of(a->parts, k), PyTuple_GET_ITEM(part, 1));
    PyObject *leaves = leaves_of(a->parts, k), *lowered = PyList_GET_ITEM(a->lowered, k);
    for (Py_ssize_t i = 0; done > 0 && i < PyList_GET_SIZE(leaves); i++) {
        if (!looks_traced(PyList_GET_ITEM(leaves, i)))
            continue;
        PyObject *dx = cotangent_of(PyList_GET_ITEM(lowered, i), PyList_GET_ITEM(PyTuple_GET_ITEM(part, 0), i));
        done = dx == NULL ? (PyErr_Occurred() ? -1 : 0) : PyList_Append(found, dx) < 0 ? -1 : 1;
        Py_XDECREF(dx);
    }
    Py_XDECREF(part);
    return done;
}

static int has_traced(PyObject *leaves)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(leaves); i++)
        if (looks_traced(PyList_GET_ITEM(leaves, i)))
            return 1;
    return 0;
}

/* As append_leaves, of all arguments. A tuple has one cotangent for each of the first; one that is the cotangent of a
   first argument that is a tuple does not fit so, and Python finds out. */
static int append_all(Application *a, PyObject *given, PyObject *found)
{
    int several = PyTuple_CheckExact(given), done = 1;
    Py_ssize_t n = several ? PyTuple_GET_SIZE(given) : 1, of = PyList_GET_SIZE(a->parts);
    if (several && n > of)
        return 0;
    for (Py_ssize_t k = 0; done > 0 && k < of; k++) {
        if (!has_traced(leaves_of(a->parts, k)))
            continue;
        PyObject *cotangent = k >= n ? NULL : several ? PyTuple_GET_ITEM(given, k) : given;
        done = cotangent == NULL ? 0 : append_leaves(a, k, cotangent, found);
    }
    return done;
}

/* One cotangent for each traced leaf, in a list. */
static PyObject *cotangents(Application *a, PyObject *given)
{
    PyObject *found = PyList_New(0);
    int done = found == NULL ? -1 : append_all(a, given, found);
    if (done > 0)
        return found;
    Py_CLEAR(found);
    PyObject *same = done < 0 ? NULL : application_in_python(a);
    if (same != NULL)
        found = PyObject_CallMethodObjArgs(same, python.cotangents, a->low, a->lowered, given, NULL);
    Py_XDECREF(same);
    return found;
}

/* (g). The pullback may write into g: it gets an array of its own, unless only we hold this one. */
static PyObject *go_back(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    Application *a = (Application *)self;
    if (PyVectorcall_NARGS(nargsf) != 1 || names != NULL) {
        PyErr_SetString(PyExc_TypeError, "the way back over an op takes one cotangent");
        return NULL;
    }
    PyObject *g = args[0], *own;
    int copies = PyArray_CheckExact(g) && !is_alone((PyArrayObject *)g);
    own = copies ? PyArray_NewCopy((PyArrayObject *)g, NPY_CORDER) : Py_NewRef(g);
    PyObject *given = own == NULL ? NULL : PyObject_CallOneArg(a->pull, own), *found = NULL;
    Py_XDECREF(own);
    if (given != NULL)
        found = cotangents(a, given);
    Py_XDECREF(given);
    return found;
}

static int application_traverse(PyObject *self, visitproc visit, void *arg)
{
    return visit_each(&((Application *)self)->rule, APPLICATION_FIELDS, visit, arg);
}

static int application_clear(PyObject *self)
{
    clear_each(&((Application *)self)->rule, APPLICATION_FIELDS);
    return 0;
}

static void application_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    application_clear(self);
    PyObject_GC_Del(self);
}

PyTypeObject ApplicationType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.Application",
    .tp_basicsize = sizeof(Application),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_traverse = application_traverse,
    .tp_clear = application_clear,
    .tp_dealloc = application_dealloc,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Application, call),
};

Application *new_application(void)
{
    Application *a = PyObject_GC_New(Application, &ApplicationType);
    if (a == NULL)
        return NULL;
    a->call = go_back;
    memset(&a->rule, 0, APPLICATION_FIELDS * sizeof a->rule);
    PyObject_GC_Track(a);
    return a;
}
